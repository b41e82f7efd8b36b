import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { runSeed } from './test/support/seed.ts';

// helm and kubectl: those of the machine, or else what scripts/kubernetes-tools.sh has unpacked.
const withTools = `${process.env['PATH']}:${join(import.meta.dirname, '.cache/kubernetes/bin')}`;

// The summary of failures has the messages alone: with what was found, and not `Array(1)`.
const chaiConfig = { truncateThreshold: 1000 };

// What comes by itself is waited for as long as a busy machine may need: the usual second is too short for a program to start in.
const patient = { poll: { timeout: 60_000 } };

const seed = runSeed();

// Properties and fuzz draw their inputs from it.
const seeded = ['./test/support/seeded.ts'];

// What runs from end to end leaves output and logs, which are kept when it fails.
const evidence = ['./test/support/keep-evidence.ts'];

// One for each processor; the default leaves one of them to vitest itself, which has little to do.
const maxWorkers = availableParallelism();

const suites: TestProjectInlineConfiguration['test'][] = [
  // Some make packages and key pairs: on a busy machine that takes longer than the usual five seconds.
  { name: 'unit', maxWorkers, include: ['test/unit/**/*.test.ts'], testTimeout: 30_000 },
  { name: 'property', maxWorkers, include: ['test/property/**/*.test.ts'], setupFiles: seeded, testTimeout: 120_000 },
  { name: 'fuzz', maxWorkers, include: ['test/fuzz/**/*.test.ts'], setupFiles: seeded, testTimeout: 3_600_000 },
  { name: 'browser', maxWorkers, include: ['test/browser/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
  { name: 'chart', maxWorkers, include: ['test/chart/**/*.test.ts'], env: { PATH: withTools }, testTimeout: 120_000 },
  {
    name: 'kubernetes',
    include: ['test/kubernetes/**/*.test.ts'],
    env: { PATH: withTools },
    testTimeout: 900_000,
    hookTimeout: 480_000,
    maxWorkers: 1,
  },
  {
    name: 'integration',
    include: ['test/integration/**/*.test.ts'],
    setupFiles: evidence,
    expect: patient,
    testTimeout: 480_000,
    hookTimeout: 480_000,
    // More than there are processors: much of what a run does is waiting.
    maxWorkers: 3 * maxWorkers,
    // Of the tests of a file that go side by side: each has a database server.
    maxConcurrency: 2,
  },
  {
    name: 'faults',
    include: ['test/faults/**/*.test.ts'],
    setupFiles: evidence,
    expect: patient,
    // The cases of a test share clusters with the next: one that timed out would go on beside it.
    testTimeout: 3_600_000,
    hookTimeout: 1_200_000,
    maxWorkers: 1,
  },
];

// What `make test` leaves out, by reason; what each file leaves out is listed in CONTRIBUTING.md.
const tags = [
  { name: 'sibling', description: 'Shows in another place, step or version what a case of `make test` shows.' },
  { name: 'slow', description: 'Takes a minute or more; its parts are guarded by quicker cases.' },
];

export default defineConfig({
  test: {
    tags,
    // By the seed: cases that need each other's order say so, by `shuffle: false`.
    sequence: { seed, shuffle: { files: false, tests: true } },
    projects: suites.map((test) => ({
      test: {
        ...test,
        chaiConfig,
        globalSetup: './test/support/tell-seed.ts',
        env: { ...test?.env, SEED: String(seed) },
      },
    })),
  },
});
