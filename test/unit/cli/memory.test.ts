import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { fitMemory } from '../../../src/cli/memory.ts';

const flagsFor = (nodes: number) => {
  const flags: string[] = [];
  fitMemory(nodes, (flag) => void flags.push(flag));
  return flags;
};

it('garbage is collected early on a large cluster, by a flag that the engine knows', () => {
  const [flag = 'none'] = flagsFor(33);
  expect(execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' })).toContain(flag);
  expect(flagsFor(200)).toEqual([flag]);
});

it('on others, processor time is worth more than memory', () => {
  expect(flagsFor(32)).toEqual([]);
});
