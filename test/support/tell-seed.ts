// Tells the seed of a run at the beginning of each project, and once more for each file that failed, as a command that repeats it.

import { relative } from 'node:path';
import type { TestProject } from 'vitest/node';

let told: TestProject | undefined;

export function setup(project: TestProject): void {
  told = project;
  const { name, vitest } = project;
  say(`\n${name}: seed ${vitest.config.sequence.seed}. The same choices and order again: ${repeating(project)}`);
}

export function teardown(): void {
  if (!told) return;
  const { name, vitest } = told;
  const all = vitest.state.getFiles().filter((file) => file.projectName === name && file.result?.state === 'fail');
  for (const { filepath } of all) say(`FAILED, to be repeated by: ${repeating(told)} ${relative('', filepath)}`);
}

function repeating({ name, vitest }: TestProject): string {
  return `SEED=${vitest.config.sequence.seed} npm run test:${name} --`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
