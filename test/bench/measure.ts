// One run of one tool, from nodes that are ready for it to nodes that were checked.

import { type BenchCluster, type BenchContainer, inAll, mustRun } from './containers.ts';
import { type Hosts, withProcessors } from './hosts.ts';
import { type Counters, readCounters, sampleMemory } from './meter.ts';
import type { CaseName, ToolName } from './options.ts';
import type { Measurement } from './results.ts';
import { median } from './statistics.ts';
import { situations, type Task, taskOf } from './tools.ts';

export interface Race extends Pick<Hosts, 'ownProcessor'> {
  readonly cluster: BenchCluster;
  /** Those that take part: the first so many. */
  readonly nodes: readonly BenchContainer[];
  readonly case: CaseName;
  /** See `slowdownFor`. */
  readonly slowdown: number;
  /** Further variables of the job. */
  readonly env: Readonly<Record<string, string>>;
}

/** Throws when the tool fails, or when any node is not what it should be afterwards. */
export async function measureTool(race: Race, tool: ToolName): Promise<Measurement> {
  const { nodes, cluster } = race;
  const { home, package: name } = situations[race.case];
  const task = taskOf(tool, name, `hosts-${nodes.length}`, race.env);
  await inAll(nodes, 'bench-reset', home);
  if (tool === 'ours') await prepareOurs(race);
  const hosts = [...nodes, cluster.runners[task.runner]];
  const time = () => timeTask(cluster, nodes, task);
  const timed = await (race.ownProcessor ? withProcessors(hosts, 1 / race.slowdown, time) : time());
  await inAll(nodes, 'bench-check', name);
  const mixed = await mixedTimes(nodes, timed.sinceSeconds, task.changes);
  return { tool, ...timed.figures, ...asOnHosts({ wallMs: timed.figures.wallMs, ...mixed }, race.slowdown) };
}

/** Durations as the hosts themselves would have taken them. */
function asOnHosts<T extends Readonly<Record<string, number>>>(durations: T, slowdown: number): T {
  return Object.fromEntries(Object.entries(durations).map(([name, ms]) => [name, rounded(ms / slowdown)])) as T;
}

/**
 * A state folder of its own. Where the nodes have the new version already, they have it from a run before, as they would in
 * service: one file is touched, so that there is something to upgrade.
 */
async function prepareOurs({ cluster, nodes, case: name, env }: Race): Promise<void> {
  await mustRun(['exec', cluster.runners.ours.name, 'sh', '-c', 'rm -rf /state/*']);
  const { home } = situations[name];
  if (home === 'old') return;
  await inAll(nodes, 'sh', '-c', 'echo "# older" >>"$EGGROLL_HOME/python/eggroll/asyncio/__init__.py"');
  await timeTask(cluster, nodes, taskOf('ours', home, `hosts-${nodes.length}`, env));
}

interface Timed {
  readonly sinceSeconds: number;
  readonly figures: Omit<Measurement, 'tool' | 'mixedMs' | 'longestMixedMs' | 'downtimeMs'>;
}

/** Runs a task and reads the counters around it. What others have left to be written to disk is written before. */
export async function timeTask(cluster: BenchCluster, nodes: readonly BenchContainer[], task: Task): Promise<Timed> {
  await inAll(nodes.slice(0, 1), 'sync');
  const runner = cluster.runners[task.runner];
  const counters = () => ({ runner: readCounters(runner.pid), nodes: nodes.map(({ pid }) => readCounters(pid)) });
  const over = new AbortController();
  const memory = sampleMemory(runner.pid, over.signal);
  const before = counters();
  try {
    const { startMs, endMs } = await runTask(runner, task);
    const after = counters();
    const total = (read: (one: Counters) => number) => sum(after.nodes.map(read)) - sum(before.nodes.map(read));
    const runnerSentBytes = after.runner.sentBytes - before.runner.sentBytes;
    over.abort();
    const { anonymousBytes, rssBytes } = await memory;
    return {
      sinceSeconds: startMs / 1000,
      figures: {
        wallMs: Math.round(endMs - startMs),
        runnerCpuMs: Math.round(after.runner.cpuMs - before.runner.cpuMs),
        nodesCpuMs: Math.round(total(({ cpuMs }) => cpuMs)),
        runnerSentBytes,
        wireBytes: runnerSentBytes + total(({ sentBytes }) => sentBytes),
        runnerAnonymousBytes: anonymousBytes,
        runnerRssBytes: rssBytes,
      },
    };
  } finally {
    over.abort();
  }
}

// The clock is read beside the tool: what Docker needs to begin a process in a container is nobody's.
const timed =
  'date +%s.%N; "$@" >/tmp/output 2>&1 </dev/null; code=$?; date +%s.%N; [ $code = 0 ] || tail -n 20 /tmp/output >&2; exit $code';

async function runTask({ name }: BenchContainer, { command, env }: Task) {
  const variables = Object.entries(env).map(([key, value]) => `--env=${key}=${value}`);
  const [start, end] = (await mustRun(['exec', ...variables, name, 'sh', '-c', timed, 'sh', ...command]))
    .split('\n')
    .map(Number);
  if (start === undefined || end === undefined) throw new Error('The clock was not read.');
  return { startMs: start * 1000, endMs: end * 1000 };
}

/** All containers have the clock of this machine, so times of different nodes compare. */
async function mixedTimes(nodes: readonly BenchContainer[], sinceSeconds: number, changes: Task['changes']) {
  const printed = await inAll(nodes, 'bench-mixed', sinceSeconds.toFixed(3), changes);
  const spans = printed.filter((text) => text !== '').map((text) => text.split(' ').map((part) => Number(part) * 1000));
  if (spans.length === 0) return { mixedMs: 0, longestMixedMs: 0, downtimeMs: 0 };
  const firsts = spans.map(([first = 0]) => first);
  const lasts = spans.map(([, last = 0]) => last);
  const lengths = lasts.map((last, index) => last - (firsts[index] ?? 0));
  const all = [...lengths, ...Array.from({ length: nodes.length - spans.length }, () => 0)];
  return {
    mixedMs: rounded(median(all)),
    longestMixedMs: rounded(Math.max(...all)),
    downtimeMs: rounded(Math.max(...lasts) - Math.min(...firsts)),
  };
}

const rounded = (value: number) => Math.round(value * 10) / 10;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
