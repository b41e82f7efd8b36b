// All that happens to a run from the outside, and the part of it that `make test` runs: few cases, but each kind of fault, at the
// steps where most is at stake.

import type { ClusterOptions, TestCluster } from '../support/cluster.ts';
import { withSiblings } from '../support/extent.ts';
import { threeHosts, withFateFlow } from '../support/hosts.ts';
import type { Ends, Verdict } from './case.ts';
import { jumps, ofNodes, ofTheRunner } from './clocks.ts';
import { type DirectedCase, runDirected } from './directed.ts';
import { databasePlace } from './disturb.ts';
import { dumpsInTheMiddle } from './dump-in-the-middle.ts';
import { blackholes, cuts, staysAway, unknownOutcomes } from './network.ts';
import type { Pool } from './pool.ts';
import type { Reference } from './reference.ts';
import { databaseRestarts, nodeRestarts, nodeWithoutAutostart } from './restarts.ts';
import { atTheSameMoment, killedAtEveryStep, secondAtEveryStep, sleeperInside, sleepers } from './runners.ts';
import type { Scenario } from './scenarios.ts';
import { longOnes, terminations } from './signals.ts';
import { bytesCut, slowNetworks } from './slow-network.ts';
import { stepPoints } from './step-points.ts';
import { playStory, type Story } from './story.ts';
import { type Measured, withCluster } from './suite.ts';

/** A case on a cluster that was just reset. */
export interface OutsideCase {
  readonly kind: string;
  readonly title: string;
  readonly data: Scenario['data'];
  run(cluster: TestCluster, ends: Ends): Promise<Verdict>;
}

/** What the clusters must be like. */
export const outsideClusters: ClusterOptions = {
  hosts: withFateFlow(threeHosts),
  databaseOnDisk: true,
  environment: { [nodeWithoutAutostart]: { AUTOSTART: 'no' } },
};

/** Every case. */
export function allOutside(references: readonly Reference[]): OutsideCase[] {
  const away = stepPoints().filter(
    ({ step, scenario }) => scenario.command === 'upgrade' && ['stage', 'switch', 'migrate'].includes(step),
  );
  const withoutDatabase = { env: { MYSQL_FILE: 'none' } };
  return [
    ...directed([
      ...cuts(),
      ...unknownOutcomes(references),
      ...blackholes(),
      ...away.flatMap((point) => ['nm2', databasePlace].map((place) => staysAway(point, place))),
      ...nodeRestarts(),
      ...databaseRestarts(),
      ...terminations(),
      ...longOnes(),
      ...ofTheRunner(),
      ...ofNodes(),
      ...jumps(),
    ]),
    ...stories([
      secondAtEveryStep(),
      secondAtEveryStep(withoutDatabase, 'a second runner without a database'),
      ...Array.from({ length: 10 }, (_, index) => atTheSameMoment(index + 1)),
      ...sleepers(),
      sleeperInside('change | begins | nm2 | stage-receive…', 'recover'),
      sleeperInside('change | begins | database eggroll_meta | /*…', 'recover'),
      ...killedAtEveryStep(),
      ...dumpsInTheMiddle(),
      ...slowNetworks(),
      ...bytesCut(11),
    ]),
  ];
}

// In the words of the titles. What takes longest comes first, so that the clusters end at about the same time.
const sample = withSiblings<RegExp>(
  [
    /^frozen at migrate, recover takes over/,
    /^the database server frozen in the middle of the dump/,
    /^nm2 in a black hole from switch of upgrade/,
    /^the database server away for 20 s at switch of upgrade$/,
    /^nm2 restarted at switch of upgrade$/,
    /^nm2 cut at switch of upgrade$/,
    /^the database cut at migrate of upgrade$/,
    /^the answer to (switch|SQL ALTER) of upgrade never/,
    /^SIGTERM at switch of upgrade$/,
    /^two runners begin at the same moment \(1\)$/,
    /^upgrade with one node/,
    /^killed at switch,/,
  ],
  [
    /^frozen at the middle of .*stage-receive/,
    /^a second runner at every step/,
    /^mysql frozen from stop-services of upgrade/,
    /^upgrade over a network with 15/,
    /^the database server .* at migrate of recover$/,
    /^(nm2|rs1) restarted at start-services of upgrade$/,
    /^the answer to switch-back of recover after an upgrade never/,
    /^the connection with nm2 cut after 40 %/,
    /^SIGTERM at migrate of recover$/,
    /^SIG(TERM|INT twice) while a service does not stop/,
    /^upgrade with the runner's clock jumping/,
  ],
);

/** The part of the test suite. Throws when a line of the sample fits no case any more. */
export function sampleOutside(references: readonly Reference[]): OutsideCase[] {
  const all = allOutside(references);
  return sample.flatMap((wanted) => {
    const found = all.filter(({ title }) => wanted.test(title));
    if (found.length === 0) throw new Error(`No case is called ${wanted}.`);
    return found;
  });
}

/** Runs the cases; `onVerdict` is told of each as it ends. */
export async function runOutside(
  pool: Pool,
  cases: readonly OutsideCase[],
  { ends }: Measured,
  onVerdict: (verdict: Verdict) => Promise<void> | void,
): Promise<void> {
  await pool.each(cases, async (cluster, kase) => {
    const known = ends.get(kase.data);
    if (!known) throw new Error(`The ends of ${kase.data} were not measured.`);
    await onVerdict(withCluster(cluster, await kase.run(cluster, known)));
  });
}

function directed(cases: readonly DirectedCase[]): OutsideCase[] {
  return cases.map((kase) => {
    const { kind, title, point } = kase;
    return { kind, title, data: point.scenario.data, run: (cluster, ends) => runDirected(cluster, kase, ends) };
  });
}

function stories(all: readonly Story[]): OutsideCase[] {
  return all.map((story) => {
    const { kind, title } = story;
    return { kind, title, data: 'metadata', run: (cluster, ends) => playStory(cluster, story, ends) };
  });
}
