// Cuts and black holes, in every step: the run notices, goes on by itself once the other side is back, and decides by looking what
// became of a command whose answer it never heard.

import { setTimeout as sleep } from 'node:timers/promises';
import type { TestCluster } from '../support/cluster.ts';
import type { DirectedCase, Meeting } from './directed.ts';
import { noticedAfterMs, seconds, wentOn } from './directed.ts';
import { cutNode, databasePlace, freezePlace, joinNetwork, leaveNetwork, type Place, thawPlace } from './disturb.ts';
import { withPreload } from './held.ts';
import { changeName, isBegin, type Point } from './points.ts';
import type { Reference } from './reference.ts';
import { type StepPoint, stepPoints } from './step-points.ts';

const victim = 'nm2';

/** A reset of all connections of one node, and of all sessions with the database, at the begin of every step. */
export function cuts(): DirectedCase[] {
  return stepPoints().flatMap((point): DirectedCase[] => {
    const check: DirectedCase['check'] = (run) => wentOn(run, 1);
    const title = (what: string) => `${what} cut at ${point.step} of ${point.scenario.command}`;
    const strikeNode = ({ cluster }: Meeting) => cutNode(cluster, victim);
    const strikeDatabase = ({ cluster }: Meeting) => cluster.endSessions();
    return [
      { kind: 'cut', title: title(victim), point, strike: strikeNode, check },
      { kind: 'cut', title: title('the database'), point, strike: strikeDatabase, check },
    ];
  });
}

const noticeLimitMs = 35_000;

interface Silence {
  readonly words: string;
  begin(cluster: TestCluster, place: Place): Promise<void>;
  end(cluster: TestCluster, place: Place): Promise<void>;
}

const silences: readonly Silence[] = [
  { words: 'in a black hole', begin: leaveNetwork, end: joinNetwork },
  { words: 'frozen', begin: freezePlace, end: thawPlace },
];

/** A node, or the database, that is silent without a word of farewell, and comes back once the run has noticed. */
export function blackholes(): DirectedCase[] {
  return stepPoints().flatMap((point) =>
    [victim, databasePlace].flatMap((place) => silences.map((silence) => blackhole(point, place, silence))),
  );
}

function blackhole(point: StepPoint, place: Place, silence: Silence): DirectedCase {
  // Before the first connection is made, a node that does not answer is out of reach: nothing was begun.
  const isFirst = point.step === 'preflight';
  return {
    kind: 'black hole',
    title: `${place} ${silence.words} from ${point.step} of ${point.scenario.command} on`,
    point,
    strike: ({ cluster }) => silence.begin(cluster, place),
    async watch({ cluster, job, notes }) {
      const sinceMs = performance.now();
      let over = false;
      void job.ended.finally(() => {
        over = true;
      });
      while (!over && noticedAfterMs(job, sinceMs) === undefined && performance.now() - sinceMs < 3 * noticeLimitMs) {
        await sleep(20);
      }
      await silence.end(cluster, place);
      const noticedMs = noticedAfterMs(job, sinceMs);
      if (noticedMs === undefined) return over ? [] : [`not noticed within ${seconds(3 * noticeLimitMs)}`];
      notes.push(`noticed after ${seconds(noticedMs)}`);
      return noticedMs <= noticeLimitMs ? [] : [`noticed after ${seconds(noticedMs)} only`];
    },
    check: (run) => (isFirst && run.exitCode === 69 ? [] : wentOn(run, 6)),
    // Healed already, unless the case went wrong.
    heal: (cluster) => silence.end(cluster, place).catch(() => undefined),
  };
}

const patienceMs = 240_000;

/** A node, or the database, that stays away: the run gives up in bounded time, and can be finished once it is back. */
export function staysAway(point: StepPoint, place: Place): DirectedCase {
  return {
    kind: 'stays away',
    title: `${place} away for good from ${point.step} of ${point.scenario.command} on`,
    point,
    strike: ({ cluster }) => leaveNetwork(cluster, place),
    async watch({ job, notes }) {
      const sinceMs = performance.now();
      const ended = await Promise.race([job.ended.then(() => true), sleep(patienceMs, false, { ref: false })]);
      notes.push(`ended after ${seconds(performance.now() - sinceMs)}`);
      return ended ? [] : [`no end within ${seconds(patienceMs)}`];
    },
    check: ({ exitCode, result }) => (exitCode === 75 ? [] : [`exit code ${exitCode}: ${result?.message}`]),
    heal: (cluster) => joinNetwork(cluster, place),
  };
}

/** The connection dies after a change was sent: once for each script and each kind of SQL change, in each scenario that ends well. */
export function unknownOutcomes(references: readonly Reference[]): DirectedCase[] {
  const endingWell = references.filter(({ scenario }) => scenario.exitCode === 0);
  return endingWell.flatMap(({ scenario, points }) => {
    const seen = new Set<string>();
    return points.flatMap((point): DirectedCase[] => {
      const name = changeName(point);
      if (!isBegin(point) || seen.has(name)) return [];
      seen.add(name);
      return [unknownOutcome({ ...point, scenario, step: name })];
    });
  });
}

function unknownOutcome(point: StepPoint): DirectedCase {
  const sever = { key: point.key, nth: point.nth, deafMs: 1000 };
  // Nothing is done from the outside: the job severs its own connection.
  const begin: Point = { key: 'run-started…', nth: 1 };
  return {
    kind: 'unknown outcome',
    title: `the answer to ${point.step} of ${point.scenario.name} never came`,
    point: { ...point, ...begin },
    options: withPreload(point.scenario.options, 'sever', { FAULT_SEVER: JSON.stringify(sever) }),
    check: (run) => wentOn(run, 1),
  };
}
