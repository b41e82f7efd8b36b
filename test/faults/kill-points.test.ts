// kill -9 at points that a run itself names, and what a person does then. `make faults` goes through all of them; this is the part
// that has each step and each kind of change at least once.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { upgradeSteps, work } from '../../src/steps/upgrade.ts';
import { isShort } from '../support/extent.ts';
import { twoHosts, withFateFlow } from '../support/hosts.ts';
import { runSeed } from '../support/seed.ts';
import type { KillCase } from './case.ts';
import { randomFrom } from './job/random-numbers.mts';
import { allCases, oneOfEach, pairCases } from './plan.ts';
import { changeName } from './points.ts';
import { type Pool, startPool, usualPoolSize } from './pool.ts';
import { killsOf } from './reference.ts';
import { Broken } from './report.ts';
import { type Measured, measure, runCases } from './suite.ts';

const cache = join(import.meta.dirname, '..', '..', '.cache', 'faults', 'test');

describe('kill -9', () => {
  let pool: Pool;
  let measured: Measured;

  beforeAll(async () => {
    pool = await startPool(usualPoolSize, { hosts: withFateFlow(twoHosts) });
    measured = await measure(pool);
  });
  afterAll(() => pool.stop());

  const pointsOfCommand = (command: string) =>
    measured.references.filter(({ scenario }) => scenario.command === command).flatMap(({ points }) => points);
  const keys = (command: string) => pointsOfCommand(command).map(({ key }) => key);

  it('is tried at 150 points or more', () => {
    expect(allCases(measured.references).length).toBeGreaterThan(150);
  });

  it.each(upgradeSteps.map(({ id }) => id))('is tried before and after step %s', (id) => {
    expect(keys('upgrade').some((key) => key.startsWith(`step-started | ${id} |`))).toBe(true);
    expect(keys('upgrade').some((key) => key.startsWith(`step-finished | ${id} |`))).toBe(true);
  });

  it.each(work.flatMap((step) => ('undo' in step && step.undo ? [step.undo.title] : [])))(
    'is tried before and after the undo "%s"',
    (title) => {
      for (const command of ['upgrade', 'recover']) {
        expect(keys(command).some((key) => key.startsWith('step-started') && key.endsWith(`| ${title}`))).toBe(true);
        expect(keys(command).some((key) => key.startsWith('step-finished') && key.includes(`| ${title} |`))).toBe(true);
      }
    },
  );

  it.each(changingScripts())('is tried inside %s, at every program that it calls', (script) => {
    const kills = measured.references.flatMap(killsOf);
    expect(kills.filter(({ moment }) => moment.kind === 'inside').map(changeName)).toContain(script);
    const calls = kills.flatMap(({ moment }) => (moment.kind === 'held' ? [moment.call] : []));
    const known = calls.filter((call) => call.script === script).map(({ isKnown }) => isKnown);
    expect(new Set(known)).toEqual(new Set([false, true]));
  });

  async function expectNoViolation(cases: Parameters<typeof runCases>[1], name: string): Promise<void> {
    const broken = new Broken(cache, name);
    await runCases(pool, cases, measured, (verdict) => broken.take(verdict));
    broken.expectNone();
  }

  // `make test` draws a quarter of them, each time another one.
  const drawn = (cases: readonly KillCase[]) =>
    isShort ? cases.filter((_, index) => (index + runSeed()) % 4 === 0) : cases;

  it('leaves old or new at one point of each kind', () =>
    expectNoViolation(drawn(oneOfEach(measured.references)), 'kill'));

  it('leaves old or new when the run after it is killed as well', () =>
    expectNoViolation(pairCases(measured.references, isShort ? 3 : 15, randomFrom(runSeed())), 'pair'));
});

/** The scripts that change something on a node, by the fence that each of them passes. */
function changingScripts(): string[] {
  const folder = join(import.meta.dirname, '..', '..', 'src', 'cluster', 'remote');
  const names = readdirSync(folder).filter((name) => /^\s*fence "/m.test(readFileSync(join(folder, name), 'utf8')));
  // drop-run is called on a full disk only, prune-run by prune; both have tests of their own. confirm-lock changes nothing.
  return names
    .filter((name) => !['prelude.sh', 'confirm-lock.sh', 'drop-run.sh', 'prune-run.sh'].includes(name))
    .map((name) => name.replace(/\.sh$/, ''));
}
