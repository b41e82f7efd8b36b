// What a rehearsal has made goes away, however it ends; unless it is to be kept.

import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker } from '../../support/docker.ts';
import { begins, type RehearsalFixture, rehearsalFixture, thingsOf } from '../../support/rehearsal.ts';

let fixture: RehearsalFixture;
let quickEnd: Record<string, string>;
beforeAll(async () => {
  fixture = await rehearsalFixture();
  const dump = join(fixture.dir, 'bad.sql');
  await writeFile(dump, 'SELECT 1 FROM nowhere;\n');
  // It ends while it builds its cluster, after it has looked for what others have left.
  quickEnd = { REHEARSE_DUMP: dump };
});
afterAll(() => fixture.dispose());

describe('what a rehearsal has made', { timeout: 1_200_000 }, () => {
  it.each([
    ['SIGINT', 'build-cluster'],
    ['SIGTERM', 'upgrade'],
  ] as const)('goes with it when it is stopped by %s in the phase %s', async (signal, step) => {
    const rehearsal = fixture.start();
    const { run } = await rehearsal.until(begins(step));
    rehearsal.kill(signal);
    const { exitCode, result } = await rehearsal.ended;
    expect(exitCode).toBe(75);
    expect(result).toMatchObject({ outcome: 'interrupted', findings: [{ code: 'INTERRUPTED' }] });
    expect(result.next).toBe('Run `rehearse` again.');
    expect(await thingsOf(String(run))).toEqual([]);
  });

  it('goes with the next rehearsal after kill -9, and not while its own is alive', async () => {
    const killed = fixture.start();
    const { run: abandoned } = await killed.until(begins('plan'));
    const alive = fixture.start();
    const { run: living } = await alive.until(begins('plan'));
    // It began while the first one was alive, and left it alone.
    expect((await thingsOf(String(abandoned))).length).toBeGreaterThan(5);
    killed.kill('SIGKILL');
    await killed.ended;
    expect((await thingsOf(String(abandoned))).length).toBeGreaterThan(5);
    const keeper = `rehearsal-${abandoned}-keeper`;
    await expect.poll(() => stateOf(keeper), { timeout: 30_000 }).toBe('exited');
    const next = await fixture.start(quickEnd).ended;
    expect(next.output).toContain(`what rehearsal ${abandoned} has left is removed`);
    expect(await thingsOf(String(abandoned))).toEqual([]);
    expect((await thingsOf(String(living))).length).toBeGreaterThan(5);
    alive.kill('SIGTERM');
    await alive.ended;
    expect(await thingsOf(String(living))).toEqual([]);
  });

  it('stays with REHEARSE_KEEP, past the next rehearsal, and goes by the command that was told', async () => {
    const sql = join(fixture.dir, 'broken.sql');
    await writeFile(sql, 'ALTER TABLE store_option DROP COLUMN not_there;\n');
    const { exitCode, result } = await fixture.start({ MYSQL_FILE: sql, REHEARSE_KEEP: 'true' }).ended;
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

async function stateOf(container: string): Promise<string> {
  return (await docker(['inspect', '--format={{.State.Status}}', container])).stdout.trim();
}
