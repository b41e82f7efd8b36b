/**
 * The benchmark: eggroll-upgrade beside rsync, tar over ssh, Ansible and clush, on nodes in containers. Needs Linux, with Docker on this
 * machine. Makes its images first, unless JOB_IMAGE and BENCH_IMAGE name some.
 *
 *   npm run bench                                  4 and 16 nodes, without a limit and with 1 Gbit/s for each host
 *   npm run bench -- --all                         1, 4, 16 and 32 nodes, with 200 Mbit/s too: hours
 *   npm run bench -- --nodes 4 --case full --network none --runs 1
 *   --nodes 1,4  --case full,small,nothing  --network none,1gbit,200mbit  --tool ours,rsync,rsync-safe,tar,ansible,clush
 *   --own-processor     gives every host a processor of its own: the cluster is slowed down until this machine has as many, its networks
 *                       with it, and durations are told as its hosts would have taken them; without it all share this machine's
 *   --runs 3            rounds, in each of which the tools take turns; medians are what is shown
 *   --package-mb 150    size of the package
 *   --disk DIR          folder for the nodes' homes, such as one on a file system with reflinks; they lie in Docker's volumes without it
 *   --env NAME=VALUE    a further variable for our job, such as FANOUT=direct
 *   --scale 50,200      ours alone, on so many nodes (sshd processes in a few containers) that lack the whole package
 *   --publish           takes the results into docs/performance.md; those of other cells on the same machine stay
 *   --render            only writes docs/performance.md anew from docs/performance/results.json
 *
 * Results are also kept in .cache/bench.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeMachine } from '../test/bench/machine.ts';
import { measureMatrix, type Place } from '../test/bench/matrix.ts';
import { type BenchOptions, parseOptions } from '../test/bench/options.ts';
import { renderDocs, textOf } from '../test/bench/page.ts';
import { mergeResults, type Results, readResults, writeResults } from '../test/bench/results.ts';
import { measureScale } from '../test/bench/scale.ts';

const root = join(import.meta.dirname, '..');
const published = join(root, 'docs', 'performance', 'results.json');
const cache = join(root, '.cache', 'bench');

await main(readOptions());

async function main(options: BenchOptions): Promise<void> {
  if (options.render) return render();
  const place: Place = {
    dir: join(cache, 'fixture'),
    image: imageOf('BENCH_IMAGE', 'eggroll-upgrade-bench:local', 'images/bench'),
    jobImage: imageOf('JOB_IMAGE', 'eggroll-upgrade:local', '.'),
    commit: commit(),
    say,
  };
  mkdirSync(cache, { recursive: true });
  const file = join(cache, `${new Date().toISOString().replaceAll(':', '-')}.json`);
  let results: Results = { machine: await describeMachine(place.image, place.jobImage), cells: [], scale: [] };
  const keep = (more: Partial<Results>) => {
    results = mergeResults(results, { ...results, ...more });
    writeResults(file, results);
  };
  if (options.scale.length > 0) await measureScale(place, options, (run) => keep({ scale: [run] }));
  else await measureMatrix(place, options, (cell) => keep({ cells: [cell] }));
  say(`\n${textOf(results)}\nThe results are in ${file}.`);
  if (!options.publish) return;
  mkdirSync(join(root, 'docs', 'performance'), { recursive: true });
  writeResults(published, mergeResults(readResults(published), results));
  render();
}

function render(): void {
  const results = readResults(published);
  if (!results) throw new Error(`There is no ${published} yet: measure with --publish first.`);
  renderDocs(join(root, 'docs'), results);
}

function readOptions(): BenchOptions {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(64);
  }
}

/** The image that a variable names, or else one that is made now. */
function imageOf(variable: string, tag: string, folder: string): string {
  const named = process.env[variable];
  if (named) return named;
  execFileSync('bash', [join(root, 'scripts/build-image.sh'), tag, folder], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return tag;
}

/** What is measured comes from this commit; `-dirty` when files have changed since, but for documentation, which results go into. */
function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const isClean = git('status', '--porcelain', '--', '.', ':!docs') === '';
  return `${git('rev-parse', '--short', 'HEAD')}${isClean ? '' : '-dirty'}`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
