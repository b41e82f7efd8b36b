/**
 * The fault suite. Ends with one table, and with exit code 1 when the promise was broken.
 *
 *   npm run faults -- --seed 7 --count 50              random faults at random moments
 *   npm run faults -- --kills all --pairs 100          kill -9 at every point, both ways, and pairs of kills
 *   npm run faults -- --outside all                    cuts, black holes, restarts, second runners, signals, clocks at every step
 *   --kills each|sample   every point once, the ways taking turns; each kind of point once
 *   --shard 2/12      the second of twelve parts of each list of cases: every twelfth
 *   --parallel 7      clusters side by side
 *   --only KIND       one kind of random fault (kill, terminate, cut, blackhole, freeze, full-disk, …)
 *   --case N,M        some random cases of the seed, by their numbers
 *   --fuzz N          the fuzz too, with N cases of each kind, and a dump and restore of a twentieth of that of random schemas
 *   --scenario NAME   one scenario     --match PATTERN   kills and faults from outside whose description the pattern fits
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Verdict } from '../test/faults/case.ts';
import { faults, smallNode, usableFaults } from '../test/faults/faults.ts';
import { runFuzz } from '../test/faults/fuzz.ts';
import { randomFrom } from '../test/faults/job/random-numbers.mts';
import { allOutside, outsideClusters, runOutside, sampleOutside } from '../test/faults/outside.ts';
import { allCases, eachCase, pairCases, sampleCases } from '../test/faults/plan.ts';
import { describePoint } from '../test/faults/points.ts';
import { type Pool, startPool, usualPoolSize } from '../test/faults/pool.ts';
import { randomCase } from '../test/faults/random.ts';
import { killsOf } from '../test/faults/reference.ts';
import { keepVerdict, table } from '../test/faults/report.ts';
import { scenarios } from '../test/faults/scenarios.ts';
import { type Measured, measure, runCases, runRandomCases } from '../test/faults/suite.ts';
import { threeHosts, twoHosts, withFateFlow } from '../test/support/hosts.ts';

const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: 'none' },
    outside: { type: 'string', default: 'none' },
    pairs: { type: 'string', default: '0' },
    count: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    parallel: { type: 'string', default: String(usualPoolSize) },
    shard: { type: 'string', default: '1/1' },
    scenario: { type: 'string', default: '' },
    match: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    case: { type: 'string', default: '' },
    fuzz: { type: 'string', default: '0' },
  },
});

const seed = Number(options.seed);
// For what draws by itself: relays, and the fuzz.
process.env['SEED'] = options.seed;
const root = join(import.meta.dirname, '..', '.cache', 'faults', new Date().toISOString().replaceAll(':', '-'));
const startedMs = performance.now();
const verdicts: Verdict[] = [];

const pattern = new RegExp(options.match);
const wanted = scenarios.filter(({ name }) => options.scenario === '' || name === options.scenario);
if (wanted.length === 0)
  fail(`There is no scenario ${options.scenario}: ${scenarios.map(({ name }) => name).join(', ')}`);
if (options.only !== '' && !faults.some(({ kind }) => kind === options.only)) {
  fail(`There is no fault ${options.only}: ${faults.map(({ kind }) => kind).join(', ')}`);
}

const [shard = 0, shards = 0] = options.shard.split('/').map(Number);
if (!(shard >= 1 && shard <= shards)) fail('--shard is the number of a part and how many there are: 2/12');
const ofShard = <T>(cases: readonly T[]) => cases.filter((_, index) => index % shards === shard - 1);

const kinds = { none: () => [], sample: sampleCases, each: eachCase, all: allCases };
if (!(options.kills in kinds)) fail(`--kills is one of ${Object.keys(kinds).join(', ')}`);
const isRandom = Number(options.count) > 0 || options.case !== '';
if (options.kills !== 'none' || Number(options.pairs) > 0) await withPool({ hosts: withFateFlow(twoHosts) }, killAll);
if (options.outside !== 'none') await withPool(outsideClusters, meetOutside);
// A disk that can be filled is in memory, and a database that is restarted must not be: both are slower than what the kills need.
if (isRandom)
  await withPool(
    { hosts: withFateFlow(threeHosts), tmpfsSizeMb: { [smallNode]: 160 }, databaseOnDisk: true },
    strikeAtRandom,
  );
if (Number(options.fuzz) > 0) for (const verdict of await runFuzz(Number(options.fuzz))) await tell(verdict);
say(`\n${table(verdicts, performance.now() - startedMs)}`);
process.exitCode = verdicts.some(({ violations }) => violations.length > 0) ? 1 : 0;

async function killAll(pool: Pool, measured: Measured): Promise<void> {
  const { references } = measured;
  const chosen = kinds[options.kills as keyof typeof kinds](references);
  const matching = chosen.filter(({ kills: [point] }) => pattern.test(describePoint(point)));
  for (const reference of references) say(`${reference.scenario.name}: ${killsOf(reference).length} kill points`);
  const pairs = pairCases(references, Number(options.pairs), randomFrom(seed));
  await runCases(pool, [...ofShard(matching), ...ofShard(pairs)], measured, tell);
}

async function meetOutside(pool: Pool, measured: Measured): Promise<void> {
  const cases = (options.outside === 'all' ? allOutside : sampleOutside)(measured.references);
  const matching = cases.filter(({ title }) => pattern.test(title));
  await runOutside(pool, ofShard(matching), measured, tell);
}

async function strikeAtRandom(pool: Pool, measured: Measured): Promise<void> {
  const usable = (await usableFaults(pool)).filter(({ kind }) => options.only === '' || kind === options.only);
  const numbers = options.case === '' ? [...Array(Number(options.count)).keys()] : options.case.split(',').map(Number);
  const cases = numbers.map((number) =>
    randomCase(number, measured.references, usable, randomFrom(seed * 1_000_003 + number)),
  );
  say(`\nrandom faults, seed ${seed}: ${usable.map(({ kind }) => kind).join(', ')}`);
  await runRandomCases(pool, ofShard(cases), measured, tell);
}

async function withPool(
  plan: Parameters<typeof startPool>[1],
  work: (pool: Pool, measured: Measured) => Promise<void>,
): Promise<void> {
  const pool = await startPool(Number(options.parallel), plan);
  const stop = () => void pool.stop().finally(() => process.exit(130));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const startMs = performance.now();
    const measured = await measure(pool, wanted);
    say(`${pool.size} clusters; undisturbed runs measured in ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
    await work(pool, measured);
    for (const reason of pool.replaced) say(`a cluster was replaced: ${reason}`);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await pool.stop();
  }
}

async function tell(verdict: Verdict): Promise<void> {
  verdicts.push(verdict);
  const { kind, title, violations, tookMs } = verdict;
  const count = String(verdicts.length).padStart(4);
  say(`${count} ${violations.length === 0 ? 'ok       ' : 'VIOLATION'} ${(tookMs / 1000).toFixed(1)} s  ${title}`);
  if (violations.length === 0) return;
  const folder = await keepVerdict(root, `${verdicts.length}-${kind.replaceAll(/\W+/g, '-')}`, verdict);
  say(`     seed ${seed}\n     ${violations.join('\n     ')}\n     ${folder}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(64);
}
