/**
 * Mutation proof: breaks the program on purpose, in a copy of the tree, and sees that a test fails. Ends with a table of what caught
 * each mutation, and with exit code 1 when one of them was not caught. See scripts/mutation-patches.ts for what a mutation is.
 *
 *   npm run mutations                            every mutation, with the test of `make test` that its head names
 *   npm run mutations -- --match fence           those whose name or sentence, `name: sentence`, the pattern fits
 *   npm run mutations -- --search --match new    all tests, the cheapest first, until one fails: for a mutation that is new
 *   --shard 2/4                                  the second of four parts of them
 *   --skip-clean                                 does not first see that the tests pass on the tree as it is
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import type { Report } from '../test/support/vitest-report.ts';
import { applyPatch, type Mutation, pattern, readMutations } from './mutation-patches.ts';

const { values: options } = parseArgs({
  options: {
    match: { type: 'string', default: '' },
    shard: { type: 'string', default: '1/1' },
    search: { type: 'boolean', default: false },
    'skip-clean': { type: 'boolean', default: false },
  },
});

const root = join(import.meta.dirname, '..');
const place = join(root, '.cache', 'mutations');
const tree = join(place, 'tree');
const jobImage = 'eggroll-upgrade-mutation:local';
const nodeImage = 'eggroll-upgrade-node-mutation:local';
/** From the cheapest on. */
const projects = ['unit', 'property', 'chart', 'integration', 'faults'];

interface Verdict {
  readonly isCaught: boolean;
  /** The test that failed; why none did, otherwise. */
  readonly told: string;
}

const wanted = new RegExp(options.match);
const [shard = 0, shards = 0] = options.shard.split('/').map(Number);
if (!(shard >= 1 && shard <= shards)) fail('--shard is the number of a part and how many there are: 2/4');
const mutations = readMutations(root)
  .filter(({ name, breaks }) => wanted.test(`${name}: ${breaks}`))
  .filter((_, index) => index % shards === shard - 1);
if (mutations.length === 0) fail(`No mutation fits ${options.match}.`);

copyTree();
const broken = options.search || options['skip-clean'] ? new Set<string>() : await failingAnyway();
const lines: string[] = [];
let missed = 0;
for (const mutation of mutations) {
  const startMs = performance.now();
  const { isCaught, told } = await judge(mutation);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1).padStart(7);
  if (!isCaught) missed += 1;
  const line = `${isCaught ? 'caught' : 'MISSED'} ${seconds} s  ${mutation.name.padEnd(34)}  ${told}`;
  say(line);
  lines.push(line);
}
for (const image of [jobImage, nodeImage]) spawnSync('docker', ['image', 'rm', '--force', image], { stdio: 'ignore' });
if (mutations.length > 1) say(`\n${lines.join('\n')}`);
say(`\n${mutations.length - missed} of ${mutations.length} mutations were caught.`);
process.exitCode = missed > 0 ? 1 : 0;

async function judge(mutation: Mutation): Promise<Verdict> {
  if (broken.has(mutation.name)) return missedAs('its test fails, or is not there, on the tree as it is');
  const { isDone, problem } = applyPatch(tree, join(root, mutation.file));
  if (!isDone) return missedAs(`the patch does not apply: ${problem}`);
  try {
    const flaw = mutation.changes.map(syntaxError).find((text) => text !== undefined);
    if (flaw) return missedAs(`the mutated code does not compile: ${flaw}`);
    return options.search ? await search(mutation) : await runNamedTest(mutation);
  } finally {
    for (const path of mutation.changes) cpSync(join(root, path), join(tree, path), { preserveTimestamps: true });
  }
}

async function runNamedTest(mutation: Mutation): Promise<Verdict> {
  const images = await imagesFor(mutation, runsJob(mutation.test));
  return verdictOf(await vitest([mutation.test, '-t', pattern(mutation)], images));
}

/** All tests of one project after the other, until one fails. */
async function search(mutation: Mutation): Promise<Verdict> {
  let verdict = missedAs('no test fails');
  for (const project of projects) {
    say(`       ${mutation.name}: ${project}`);
    const images = await imagesFor(mutation, ['integration', 'faults'].includes(project));
    verdict = verdictOf(await vitest(['--project', project, '--bail', '1'], images));
    if (verdict.isCaught) break;
  }
  return verdict;
}

/** An image of the mutated program, for tests that run one; of simulated nodes, where the mutation is of them. */
async function imagesFor({ changes }: Mutation, needsJob: boolean): Promise<Record<string, string>> {
  const touches = (folder: string) => changes.some((path) => path.startsWith(folder));
  const ofJob = needsJob && (touches('src/') || touches('images/'));
  if (ofJob) await build(jobImage, '.');
  const ofNode = touches('images/node/');
  if (ofNode) await build(nodeImage, 'images/node');
  return { ...(ofJob ? { JOB_IMAGE: jobImage } : {}), ...(ofNode ? { NODE_IMAGE_TAG: nodeImage } : {}) };
}

async function build(image: string, folder: string): Promise<void> {
  const status = await run('bash', ['scripts/build-image.sh', image, folder], {});
  if (status !== 0) fail(`The image ${image} could not be built.`);
}

/** Names of the mutations whose tests do not pass as long as nothing is broken: of them, a failure says nothing. */
async function failingAnyway(): Promise<Set<string>> {
  const failing: string[] = [];
  // One project at a time: how many files of each go side by side differs.
  for (const project of projects) {
    const own = mutations.filter(({ test }) => test.startsWith(`test/${project}/`));
    if (own.length === 0) continue;
    say(`on the tree as it is: ${project}`);
    const files = [...new Set(own.map(({ test }) => test))];
    const report = await vitest([...files, '-t', [...new Set(own.map(pattern))].join('|')], {});
    failing.push(...own.filter((mutation) => !passes(report, mutation)).map(({ name }) => name));
  }
  return new Set(failing);
}

function passes(report: Report | undefined, mutation: Mutation): boolean {
  const names = new RegExp(pattern(mutation));
  const files = report?.testResults.filter(({ name }) => fromTree(name) === mutation.test) ?? [];
  const results = files.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ fullName }) => names.test(fullName)),
  );
  return results.some(isStatus('passed')) && !results.some(isStatus('failed'));
}

function isStatus(wantedStatus: string): (result: { readonly status: string }) => boolean {
  return ({ status }) => status === wantedStatus;
}

async function vitest(args: readonly string[], images: Record<string, string>): Promise<Report | undefined> {
  const report = join(place, 'report.json');
  rmSync(report, { force: true });
  const reporting = ['--reporter=json', `--outputFile=${report}`];
  // What `make test` leaves out catches nothing.
  const words = ['run', '--tags-filter=!slow && !sibling', ...args, ...reporting];
  await run(process.execPath, ['node_modules/vitest/vitest.mjs', ...words], { ...images, TESTS: 'short' });
  return existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as Report) : undefined;
}

/** A program in the copy of the tree; its output is shown when it fails to start only. */
function run(program: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: tree, env: { ...process.env, ...env }, stdio: 'ignore' });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
}

function verdictOf(report: Report | undefined): Verdict {
  if (!report) return missedAs('vitest made no report');
  const results = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map((result) => ({ file: fromTree(name), ...result })),
  );
  const failures = results.filter(isStatus('failed'));
  const proof = failures.find(({ failureMessages }) => isAboutThePromise(failureMessages[0] ?? ''));
  if (proof) return { isCaught: true, told: `${proof.file} > ${proof.fullName}` };
  const [other] = failures;
  if (other) return missedAs(`${other.fullName} failed, but by no assertion: ${firstLine(other.failureMessages[0])}`);
  const unloaded = report.testResults.find(({ status, message }) => status === 'failed' && message !== '');
  if (unloaded) return missedAs(`${fromTree(unloaded.name)} could not be loaded: ${firstLine(unloaded.message)}`);
  const ran = results.filter(isStatus('passed')).length;
  return missedAs(ran === 0 ? 'no test ran' : `${ran} ran, and none failed`);
}

/** An assertion, or an error that the program itself has in its catalogue; no mistake in the mutated code, and no time limit. */
function isAboutThePromise(message: string): boolean {
  const assertions = [
    'AssertionError',
    'UpgradeError',
    'Error: expected ',
    'Error: promise re',
    'Error: Property failed after',
  ];
  return assertions.some((beginning) => message.startsWith(beginning));
}

/** Undefined where there is none. Of shell scripts, too: one that cannot be read would fail the right test for the wrong reason. */
function syntaxError(path: string): string | undefined {
  const file = join(tree, path);
  if (path.endsWith('.sh')) return spawnSync('sh', ['-n', file], { encoding: 'utf8' }).stderr.trim() || undefined;
  if (!path.endsWith('.ts')) return undefined;
  const [first] = ts.transpileModule(readFileSync(file, 'utf8'), { reportDiagnostics: true }).diagnostics ?? [];
  return first && ts.flattenDiagnosticMessageText(first.messageText, '\n');
}

/** Does a test run the job's image? So says what it imports. */
function runsJob(test: string, seen = new Set<string>()): boolean {
  if (seen.has(test)) return false;
  seen.add(test);
  const text = readFileSync(join(root, test), 'utf8');
  if (text.includes("process.env['JOB_IMAGE']")) return true;
  const imports = [...text.matchAll(/from '(\.[^']+)'/g)].map(([, path = '']) => normalize(join(dirname(test), path)));
  return imports.some((path) => path.startsWith(`test${sep}`) && runsJob(path, seen));
}

/** Uncommitted changes are in the copy, too. */
function copyTree(): void {
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(join(tree, '.cache'), { recursive: true });
  for (const name of readdirSync(root)) {
    if (['.git', '.cache', 'node_modules', 'dist', 'coverage'].includes(name)) continue;
    cpSync(join(root, name), join(tree, name), { recursive: true, preserveTimestamps: true });
  }
  // It sees that the patches apply, which the one that is applied does not.
  rmSync(join(tree, 'test/unit/scripts/mutations.test.ts'));
  for (const name of ['node_modules', '.cache/kubernetes']) {
    if (existsSync(join(root, name))) symlinkSync(join(root, name), join(tree, name));
  }
}

function fromTree(path: string): string {
  return relative(tree, path);
}

function missedAs(told: string): Verdict {
  return { isCaught: false, told };
}

function firstLine(text = ''): string {
  return (text.split('\n', 1)[0] ?? '').slice(0, 200);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(64);
}
