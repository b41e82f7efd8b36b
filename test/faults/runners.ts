// Two runners at once: one proceeds, the other is told who holds the locks; a frozen one that wakes up after another took over
// changes nothing; the locks of a dead one are free at once.

import { setTimeout as sleep } from 'node:timers/promises';
import { lockLimits } from '../../src/cluster/node-lock.ts';
import { differences } from '../../src/rehearsal/differences.ts';
import type { Snapshot, TestCluster } from '../support/cluster.ts';
import type { JobOptions, JobRun } from '../support/job.ts';
import { whenBusy } from '../support/patience.ts';
import { leftovers } from '../support/violations.ts';
import { seconds } from './directed.ts';
import { freeze, signal, wake } from './disturb.ts';
import { startHeld } from './held.ts';
import type { Point } from './points.ts';
import { type StepPoint, scenarioNamed, stepPoints } from './step-points.ts';
import type { Story } from './story.ts';

const answerLimitMs = whenBusy(10_000);
const underLocks = (points: readonly StepPoint[]) =>
  points.filter(({ step, scenario }) => scenario.name === 'upgrade' && !['preflight', 'lock'].includes(step));

/** A second runner at every step of the first, which goes on beating its locks meanwhile. */
export function secondAtEveryStep(options: JobOptions = {}, what = 'a second runner'): Story {
  return {
    kind: 'two runners',
    title: `${what} at every step of the first`,
    async play(cluster, { new: fresh }, runs, notes) {
      const points = underLocks(stepPoints()).filter(
        ({ step }) => !options.env?.['MYSQL_FILE'] || !/sql|database|migrate/.test(step),
      );
      const first = await startHeld(cluster, 'upgrade', options, points, 'beating');
      const violations: string[] = [];
      let slowestMs = 0;
      for (const [index, { step }] of points.entries()) {
        await first.reached(index);
        const heardMs: number[] = [];
        const second = await cluster.start('upgrade', options, () => heardMs.push(performance.now())).ended;
        // From its first line to its last: how long a container takes to start and to go is not the job's.
        const tookMs = (heardMs.at(-1) ?? 0) - (heardMs[0] ?? 0);
        slowestMs = Math.max(slowestMs, tookMs);
        runs.push(second);
        violations.push(...wasToldWho(second, tookMs).map((problem) => `at ${step}: ${problem}`));
        await first.letGo(index);
      }
      notes.push(`answered after ${seconds(slowestMs)} at most`);
      const run = await first.ended;
      runs.push(run);
      if (run.exitCode !== 0) violations.push(`the first ended with ${run.exitCode}: ${run.result?.message}`);
      if (!options.env?.['MYSQL_FILE']) violations.push(...differences(fresh, await cluster.snapshot()));
      return [...violations, ...(await leftovers(cluster))];
    },
  };
}

function wasToldWho({ exitCode, result, events }: JobRun, tookMs: number): string[] {
  const text = JSON.stringify(result?.findings ?? []);
  const who = /upgrade, process \d+ on \w+, run [\w-]+, since \d{4}-\d\d-\d\dT/;
  const held = result?.findings.every(({ code, where }) => code === 'LOCK_HELD' && where !== '') === true;
  return [
    ...(exitCode === 75 && held ? [] : [`the second ended with ${exitCode}: ${result?.message}`]),
    ...(who.test(text) ? [] : [`the holder is not named: ${text}`]),
    ...(tookMs <= answerLimitMs ? [] : [`the second took ${seconds(tookMs)}`]),
    ...(events.some(({ type }) => type === 'change') ? ['the second changed something'] : []),
  ];
}

/** Two runners that begin at the very same moment: exactly one proceeds. */
export function atTheSameMoment(number: number, options: JobOptions = {}): Story {
  return {
    kind: 'two runners',
    title: `two runners begin at the same moment (${number})`,
    async play(cluster, { new: fresh }, runs) {
      const both = await Promise.all([0, 1].map(() => startHeld(cluster, 'upgrade', options, [lockPoint()])));
      await Promise.all(both.map((job) => job.reached()));
      await Promise.all(both.map((job) => job.letGo()));
      const ended = await Promise.all(both.map((job) => job.ended));
      runs.push(...ended);
      const codes = ended.map(({ exitCode }) => exitCode).sort((left, right) => left - right);
      const refused = ended.find(({ exitCode }) => exitCode === 75);
      return [
        ...(codes.join() === '0,75' ? [] : [`they ended with ${codes.join(' and ')}`]),
        ...(refused?.result?.findings.every(({ code }) => code === 'LOCK_HELD') ? [] : [`${refused?.result?.message}`]),
        ...differences(fresh, await cluster.snapshot()),
        ...(await leftovers(cluster)),
      ];
    },
  };
}

function lockPoint(): Point {
  const [point] = stepPoints().filter(({ step }) => step === 'lock');
  if (!point) throw new Error('There is no step lock.');
  return point;
}

const takeOverLimitMs = 90_000;

/** A runner that freezes, another that takes over and ends the work, and the first that wakes up: it changes nothing any more. */
export function sleepers(): Story[] {
  return underLocks(stepPoints()).flatMap((point) => [sleeper(point, 'upgrade'), sleeper(point, 'recover')]);
}

/** Any moment will do: this is one in the middle, on an idle machine. */
const intoTheChangeMs = 60;

/** One that freezes in the middle of a change. */
export function sleeperInside(key: string, second: 'upgrade' | 'recover'): Story {
  return sleeper(
    { scenario: scenarioNamed('upgrade'), step: `the middle of ${key}`, key, nth: 1 },
    second,
    intoTheChangeMs,
  );
}

function sleeper(point: StepPoint, command: 'upgrade' | 'recover', afterMs = 0): Story {
  return {
    kind: 'frozen runner',
    title: `frozen at ${point.step}, ${command} takes over, then it wakes up`,
    async play(cluster, ends, runs, notes) {
      const first = await startHeld(cluster, 'upgrade', {}, [point]);
      await first.reached();
      if (afterMs > 0) {
        await first.letGo();
        await sleep(afterMs);
      }
      await freeze(first);
      await first.letGo();
      const sinceMs = performance.now();
      const second = await untilFree(cluster, command, runs);
      notes.push(`taken over and ended within ${seconds(performance.now() - sinceMs)}`);
      const before = await everything(cluster);
      const heardBefore = first.heard.length;
      await wake(first);
      const wokeMs = performance.now();
      const run = await first.ended;
      runs.push(run);
      notes.push(
        `the sleeper ended after ${seconds(performance.now() - wokeMs)}`,
        `${first.heard.length - heardBefore} lines more`,
      );
      const expected = command === 'upgrade' ? ends.new : ends.old;
      return [
        ...(second.exitCode === 0 ? [] : [`the second ended with ${second.exitCode}: ${second.result?.message}`]),
        ...(run.exitCode === 75 ? [] : [`the sleeper ended with ${run.exitCode}: ${run.result?.message}`]),
        ...differences(before.snapshot, await cluster.snapshot()),
        ...((await everything(cluster)).ledger === before.ledger ? [] : ['the ledger was changed by the sleeper']),
        ...differences(expected, before.snapshot),
        ...(await leftovers(cluster)),
      ];
    },
  };
}

/** Runs a command until no lock is in its way. */
async function untilFree(cluster: TestCluster, command: string, runs: JobRun[]): Promise<JobRun> {
  const giveUpMs = performance.now() + takeOverLimitMs;
  for (;;) {
    const run = await cluster.start(command).ended;
    runs.push(run);
    const held = run.result?.findings.some(({ code }) => code === 'LOCK_HELD');
    if (!held || performance.now() > giveUpMs) return run;
  }
}

async function everything(cluster: TestCluster): Promise<{ readonly snapshot: Snapshot; readonly ledger: string }> {
  const { name } = cluster.prepared.database;
  const ledger = await cluster.inDatabase(
    `mysql -uroot -N -e 'SELECT run, statement, state, ended_at FROM ${name}.eggroll_upgrade_ledger' 2>/dev/null || echo none`,
  );
  const records = await Promise.all(
    cluster.hosts.map((host) =>
      cluster.exec(host, `cd ${cluster.home}/.eggroll-upgrade/runs && sha256sum */record.json`),
    ),
  );
  const own = [ledger, ...records].map(({ stdout }) => stdout).join('\n');
  return { snapshot: await cluster.snapshot(), ledger: own };
}

/** A runner that is killed: the next one has the locks at once. */
export function killedAtEveryStep(): Story[] {
  return underLocks(stepPoints()).map(killed);
}

function killed(point: StepPoint): Story {
  return {
    kind: 'dead runner',
    title: `killed at ${point.step}, and the next one begins at once`,
    async play(cluster, { new: fresh }, runs, notes) {
      const first = await startHeld(cluster, 'upgrade', {}, [point]);
      await first.reached();
      await signal(first, 'KILL');
      await first.ended;
      let beganMs = Number.NaN;
      let lockedMs: number | undefined;
      const next = await cluster.start('upgrade', {}, ({ type, step }) => {
        if (step !== 'lock') return;
        if (type === 'step-started') beganMs = performance.now();
        if (type === 'step-finished') lockedMs ??= performance.now() - beganMs;
      }).ended;
      runs.push(next);
      notes.push(`locked after ${lockedMs === undefined ? 'never' : seconds(lockedMs)}`);
      return [
        ...(next.exitCode === 0 ? [] : [`the next one ended with ${next.exitCode}: ${next.result?.message}`]),
        // One that waited to see whether the first still lives would take so long at least.
        ...(lockedMs !== undefined && lockedMs < 1000 * lockLimits.patienceSeconds
          ? []
          : ['the locks were not free at once']),
        ...differences(fresh, await cluster.snapshot()),
        ...(await leftovers(cluster)),
      ];
    },
  };
}
