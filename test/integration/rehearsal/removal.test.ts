// What a rehearsal has made goes away, however it ends; unless it is to be kept.

import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker } from '../../support/docker.ts';
import {
  begins,
  type RehearsalFixture,
  type RunningRehearsal,
  rehearsalFixture,
  thingsOf,
} from '../../support/rehearsal.ts';

let fixture: RehearsalFixture;
let quickEnd: Record<string, string>;
let badDump: string;
beforeAll(async () => {
  fixture = await rehearsalFixture();
  badDump = join(fixture.dir, 'bad.sql');
  await writeFile(badDump, 'SELECT 1 FROM nowhere;\n');
  // It ends before it makes anything, after it has looked for what others have left.
  quickEnd = { REHEARSE_HOME: join(fixture.dir, 'not-there.tar.gz') };
});
afterAll(() => fixture.dispose());

/** Stops a rehearsal; it says so, and nothing of it is left. */
async function stop(rehearsal: RunningRehearsal, run: string, signal: NodeJS.Signals): Promise<void> {
  rehearsal.kill(signal);
  const { exitCode, result } = await rehearsal.ended;
  expect(exitCode).toBe(75);
  expect(result).toMatchObject({ outcome: 'interrupted', findings: [{ code: 'INTERRUPTED' }] });
  expect(result.next).toBe('Run `rehearse` again.');
  expect(await thingsOf(run)).toEqual([]);
}

describe('what a rehearsal has made', { timeout: 1_200_000, concurrent: true }, () => {
  it('goes with it when it is stopped while it builds its cluster', async () => {
    const rehearsal = fixture.start();
    const { run } = await rehearsal.until(begins('build-cluster'));
    await stop(rehearsal, String(run), 'SIGINT');
  });

  it('goes with the next rehearsal after kill -9, and with its own when that is stopped, and not before', {
    tags: ['slow'],
  }, async ({ expect }) => {
    const killed = fixture.start();
    const { run: abandoned } = await killed.until(begins('build-cluster'));
    // It begins while the first one is alive.
    const alive = fixture.start();
    const { run: living } = await alive.until(begins('build-cluster'));
    await killed.until(begins('plan'));
    expect((await thingsOf(String(abandoned))).length).toBeGreaterThan(5);
    killed.kill('SIGKILL');
    await killed.ended;
    const keeper = `rehearsal-${abandoned}-keeper`;
    // Of the rehearsals of other tests one may begin right now, and be the next one.
    await expect.poll(() => stateOf(keeper)).toMatch(/^(exited|)$/);
    const { events } = await fixture.start(quickEnd).ended;
    expect(events.find(({ step, type }) => type === 'step-finished' && step === 'prepare-engine')).toBeDefined();
    expect(await thingsOf(String(abandoned))).toEqual([]);
    await alive.until(begins('upgrade'));
    expect((await thingsOf(String(living))).length).toBeGreaterThan(5);
    await stop(alive, String(living), 'SIGTERM');
  });

  it('stays with REHEARSE_KEEP, past the next rehearsal, and goes by the command that was told', {
    tags: ['slow'],
  }, async () => {
    const { exitCode, result } = await fixture.start({ REHEARSE_DUMP: badDump, REHEARSE_KEEP: 'true' }).ended;
    expect(exitCode).toBe(65);
    await fixture.start(quickEnd).ended;
    const node = `rehearsal-${result.run}-nm1`;
    expect(await thingsOf(result.run)).toContain(node);
    expect((await docker(['exec', node, 'sim-services'])).stdout).toContain('nodemanager 2.0.2');
    const [, remove = 'false'] = /Remove it: `([^`]+)`/.exec(result.next) ?? [];
    const removed = spawnSync('bash', ['-c', remove], { encoding: 'utf8' });
    expect(removed.stderr).toBe('');
    expect(await thingsOf(result.run)).toEqual([]);
  });
});

/** Empty when there is no such container. */
async function stateOf(container: string): Promise<string> {
  return (await docker(['inspect', '--format={{.State.Status}}', container])).stdout.trim();
}
