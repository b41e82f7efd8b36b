import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { exitCodes } from '../../../src/engine/catalogue.ts';
import type { Result } from '../../../src/engine/events.ts';
import { sayIn } from '../../../src/messages/phrases.ts';
import { keepFinalResult, readFinalResult } from '../../../src/report/final-result.ts';

const say = sayIn('en');
let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'final-result-'));
});
afterEach(() => rm(stateDir, { recursive: true }));

const ended = (exitCode: Result['exitCode']) => ({
  type: 'result' as const,
  schema: 1 as const,
  time: '2026-01-02T03:04:05.000Z',
  run: '20260102-abcdef',
  command: 'upgrade',
  outcome: 'failed' as const,
  exitCode,
  nodes: [],
  downtimeMs: 0,
  downtimeBySteps: [],
  findings: [],
  message: 'The login was refused.',
  next: 'Correct the password.',
});

it.each([10, 11, 64, 65, 77, 78] as const)(
  'the end with exit code %i is that of every further try',
  async (exitCode) => {
    await keepFinalResult(ended(exitCode), stateDir, 'job-1');
    const again = await readFinalResult(stateDir, 'job-1', say);
    expect(again).toMatchObject({ exitCode, run: '20260102-abcdef', outcome: 'failed' });
    expect(again?.message).toBe(
      'An earlier try of job-1 ended so, and another one would change nothing: The login was refused.',
    );
    expect(again?.next).toContain('Correct the password.');
    expect(again).not.toHaveProperty('time');
    expect(await readFinalResult(stateDir, 'job-2', say)).toBeUndefined();
  },
);

it.each([exitCodes.ok, exitCodes.interrupted, exitCodes.unreachable, exitCodes.defect])(
  'after exit code %i another try may do better',
  async (exitCode) => {
    await keepFinalResult(ended(exitCode), stateDir, 'job-1');
    expect(await readFinalResult(stateDir, 'job-1', say)).toBeUndefined();
  },
);

it('says which file it cannot read', async () => {
  await keepFinalResult(ended(77), stateDir, 'job-1');
  await expect(readFinalResult(join(stateDir, 'jobs', 'job-1', 'result.json'), 'x', say)).rejects.toMatchObject({
    findings: [{ code: 'DISK_FAILED' }],
  });
});
