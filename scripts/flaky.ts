/**
 * Runs tests again and again under a load: every processor and the disk are busy. Nothing that failed is tried again; each time has
 * another seed, and with it another order. Ends with a table, and with exit code 1 when anything failed.
 *
 *   npm run flaky -- --times 20 node-lock connection       files of the project integration whose names hold one of the words
 *   --project faults    another project, or several: --project integration --project faults
 *   -t PATTERN          cases whose name the pattern fits
 *   --publish           takes the rows of the files into docs/faults.md; those of other files stay
 *
 * SEED is the seed of the first time; each further one has the next. Logs, reports and results.json stay in .cache/flaky.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { startLoad } from '../test/flaky/load.ts';
import { pageWithTallies } from '../test/flaky/page.ts';
import { type FileTally, outside, type Round, tally } from '../test/flaky/tally.ts';
import { runSeed } from '../test/support/seed.ts';
import type { Report } from '../test/support/vitest-report.ts';

const { values: options, positionals: patterns } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: 'string', default: '20' },
    project: { type: 'string', multiple: true, default: ['integration'] },
    testNamePattern: { type: 'string', short: 't' },
    publish: { type: 'boolean', default: false },
  },
});
const times = Number(options.times);
if (!(Number.isInteger(times) && times > 0)) fail('--times is how often the tests are run: 20');
if (options.publish && options.testNamePattern !== undefined) fail('--publish is for whole files, without -t');

const root = join(import.meta.dirname, '..');
const cache = join(root, '.cache', 'flaky');
const folder = join(cache, new Date().toISOString().replaceAll(':', '-'));
const place = { processors: availableParallelism(), commit: commit(), date: new Date().toISOString().slice(0, 10) };
const firstSeed = runSeed();

let running: ChildProcess | undefined;
let isStopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    isStopped = true;
    running?.kill(signal);
  });
}

mkdirSync(folder, { recursive: true });
say(`${times} times on ${place.processors} processors, all of them busy; commit ${place.commit}, ${place.date}`);
const rounds: Round[] = [];
const endLoad = startLoad(join(cache, 'load'));
try {
  while (rounds.length < times && !isStopped) {
    const round = await runOnce(rounds.length + 1);
    if (!isStopped) rounds.push(round);
  }
} finally {
  await endLoad();
}

const tallies = tally(rounds, root);
writeFileSync(join(folder, 'results.json'), `${JSON.stringify({ ...place, firstSeed, files: tallies }, null, 1)}\n`);
say(`\n${textOf(tallies)}\n${relative(root, folder)}/results.json`);
if (rounds.length > 0 && tallies.length === 0) fail('No case fits.');
if (options.publish && !isStopped) {
  const page = join(root, 'docs', 'faults.md');
  const files = tallies.filter(({ file }) => file !== outside);
  writeFileSync(page, pageWithTallies(readFileSync(page, 'utf8'), files, place));
}
if (isStopped) process.exitCode = 130;
else if (tallies.some(({ passed }) => passed < times)) process.exitCode = 1;

async function runOnce(number: number): Promise<Round> {
  const seed = (firstSeed + number - 1) % 2 ** 31;
  const file = join(folder, `${number}.json`);
  const log = join(folder, `${number}.log`);
  const startMs = performance.now();
  await vitest(file, log, seed);
  const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : undefined;
  const round = { seed, log: relative(root, log), report };
  const failed = tally([round], root).flatMap(({ failures }) => failures);
  const word = failed.length === 0 ? 'passed' : `${failed.length} FAILED`;
  if (!isStopped) say(`${number} of ${times}, seed ${seed}: ${word}, ${seconds(performance.now() - startMs)}`);
  for (const { case: name, line } of isStopped ? [] : failed) say(`    ${name}\n        ${line}`);
  return round;
}

/** Runs the tests once, whatever becomes of them. */
async function vitest(report: string, log: string, seed: number): Promise<void> {
  const words = [
    ...['run', ...options.project.map((name) => `--project=${name}`)],
    ...(options.testNamePattern === undefined ? [] : ['-t', options.testNamePattern]),
    ...['--retry=0', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...patterns],
  ];
  const output = createWriteStream(log);
  running = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...words], {
    cwd: root,
    env: { ...process.env, SEED: String(seed), EVIDENCE_DIR: log.replace(/\.log$/, '') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.stdout?.pipe(output, { end: false });
  running.stderr?.pipe(output, { end: false });
  await new Promise((resolve) => running?.once('close', resolve));
  await new Promise((resolve) => output.end(resolve));
}

function textOf(all: readonly FileTally[]): string {
  const share = (passed: number) => `${passed} of ${rounds.length}`.padStart(9);
  const files = all.map(({ file, cases, passed }) => `${share(passed)}  ${file} (${cases})`);
  const failed = all.flatMap(({ file, failures }) =>
    [...Map.groupBy(failures, (one) => one.case)].flatMap(([name, own]) => [
      `${share(rounds.length - own.length)}  ${file}: ${name}`,
      ...own.map(({ seed, line, log }) => `           seed ${seed}: ${line}\n           ${log}`),
    ]),
  );
  return ['   passed', ...files, ...(failed.length > 0 ? ['\ncases that failed', ...failed] : [])].join('\n');
}

/** `-dirty` when files have changed since, but for documentation, which results go into. */
function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const isClean = git('status', '--porcelain', '--', '.', ':!docs') === '';
  return `${git('rev-parse', '--short', 'HEAD')}${isClean ? '' : '-dirty'}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(64);
}
