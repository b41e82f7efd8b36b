// What the vitest project and `npm run faults` share: references first, then cases on a pool of clusters.

import type { TestCluster } from '../support/cluster.ts';
import { keepCluster } from '../support/evidence.ts';
import { type Ends, type KillCase, runCase, type Verdict } from './case.ts';
import type { Pool } from './pool.ts';
import { type RandomCase, runRandomCase } from './random.ts';
import { type Reference, takeEnds, takePoints } from './reference.ts';
import { type Scenario, scenarios } from './scenarios.ts';

export interface Measured {
  readonly references: readonly Reference[];
  readonly ends: ReadonlyMap<Scenario['data'], Ends>;
}

/** Runs each scenario once, undisturbed. Throws when any of them goes wrong. */
export async function measure(pool: Pool, wanted: readonly Scenario[] = scenarios): Promise<Measured> {
  const references: Reference[] = [];
  const ends = new Map<Scenario['data'], Ends>();
  const failures: unknown[] = [];
  const kinds = [...new Map(wanted.map((scenario) => [scenario.data, upgradeOf(scenario)])).values()];
  const work = [
    ...wanted.map((scenario) => ({ kind: 'points' as const, scenario })),
    ...kinds.map((scenario) => ({ kind: 'ends' as const, scenario })),
  ];
  await pool.each(work, async (cluster, { kind, scenario }) => {
    try {
      if (kind === 'ends') ends.set(scenario.data, await takeEnds(cluster, scenario));
      else references.push(await takePoints(cluster, scenario));
    } catch (error) {
      failures.push(error);
    }
  });
  if (failures.length > 0)
    throw new AggregateError(failures, `A run that nothing disturbed failed: ${failures.join('\n')}`);
  const order = references.toSorted((left, right) => wanted.indexOf(left.scenario) - wanted.indexOf(right.scenario));
  return { references: order, ends };
}

function upgradeOf({ data }: Scenario): Scenario {
  const found = scenarios.find((scenario) => scenario.data === data && scenario.command === 'upgrade');
  if (!found) throw new Error(`No scenario upgrades ${data}.`);
  return found;
}

/** What comes of a case, while its cluster is as the case has left it. */
export function withCluster(cluster: TestCluster, verdict: Verdict): Verdict {
  return { ...verdict, keepCluster: (folder) => keepCluster(folder, cluster) };
}

export type OnVerdict = (verdict: Verdict) => Promise<void>;

/** Runs kills; `onVerdict` is told of each case as it ends. */
export function runCases(
  pool: Pool,
  cases: readonly KillCase[],
  measured: Measured,
  onVerdict: OnVerdict,
): Promise<Verdict[]> {
  return runEach(pool, cases, measured, runCase, onVerdict);
}

/** The same for random faults. */
export function runRandomCases(
  pool: Pool,
  cases: readonly RandomCase[],
  measured: Measured,
  onVerdict: OnVerdict,
): Promise<Verdict[]> {
  return runEach(pool, cases, measured, runRandomCase, onVerdict);
}

async function runEach<Case extends { readonly scenario: Scenario }>(
  pool: Pool,
  cases: readonly Case[],
  { ends }: Measured,
  run: (cluster: TestCluster, kase: Case, ends: Ends) => Promise<Verdict>,
  onVerdict: OnVerdict,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  await pool.each(cases, async (cluster, kase) => {
    const known = ends.get(kase.scenario.data);
    if (!known) throw new Error(`The ends of ${kase.scenario.data} were not measured.`);
    const verdict = withCluster(cluster, await run(cluster, kase, known));
    verdicts.push(verdict);
    await onVerdict(verdict);
  });
  return verdicts;
}
