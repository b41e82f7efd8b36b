// The command `rehearse` from the sources, as a process of its own, and what it has left on the engine.

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Result } from '../../src/engine/events.ts';
import type { ClusterPlan } from '../../src/rehearsal/cluster-plan.ts';
import { prepareCluster } from '../../src/rehearsal/prepare.ts';
import { docker } from './docker.ts';
import { noteRun } from './evidence.ts';
import { type JobEvent, jobImage } from './job.ts';
import { nodeImage } from './simulated-node.ts';

export interface Rehearsed {
  readonly exitCode: number | null;
  readonly output: string;
  readonly events: readonly JobEvent[];
  /** Throws when there is none. */
  readonly result: Result & { readonly run: string };
}

export interface RunningRehearsal {
  readonly ended: Promise<Rehearsed>;
  /** Resolves with the first event that fits; rejects when the rehearsal ends without one. */
  until(fits: (event: JobEvent) => boolean): Promise<JobEvent>;
  kill(signal: NodeJS.Signals): void;
}

export interface RehearsalFixture {
  /** With `config/`, `package/` and `state/`. */
  readonly dir: string;
  start(env?: Readonly<Record<string, string>>): RunningRehearsal;
  dispose(): Promise<void>;
}

/** A package, lists and SQL as a user has them, for two nodes unless told otherwise. */
export async function rehearsalFixture(plan: Partial<ClusterPlan> = {}): Promise<RehearsalFixture> {
  const dir = await mkdtemp(join(tmpdir(), 'rehearsal-test-'));
  const hosts = [
    { name: 'nm1', services: ['clustermanager', 'nodemanager'] },
    { name: 'rs1', services: ['rollsite'] },
  ] as const;
  await prepareCluster(dir, { hosts, ...plan });
  await mkdir(join(dir, 'state'));
  const own = {
    NM_FILE: join(dir, 'config/nm_ip_list'),
    RS_FILE: join(dir, 'config/rs_ip_list'),
    MYSQL_FILE: join(dir, 'config/mysql_file.sql'),
    PKG_BASE_PATH: join(dir, 'package'),
    STATE_DIR: join(dir, 'state'),
    REHEARSE_JOB_IMAGE: jobImage,
    REHEARSE_NODE_IMAGE: nodeImage(),
    MYSQL_IMAGE: process.env['MYSQL_IMAGE'] ?? 'eggroll-upgrade-base/mysql:local',
    OUTPUT: 'json',
  };
  return {
    dir,
    start: (env = {}) => start({ ...own, ...env }),
    dispose: () => rm(dir, { recursive: true, force: true }),
  };
}

function start(env: Readonly<Record<string, string>>): RunningRehearsal {
  const { PATH = '', HOME = '', DOCKER_HOST = '' } = process.env;
  const child = spawn(process.execPath, ['src/cli/main.ts', 'rehearse'], {
    env: { PATH, HOME, DOCKER_HOST, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const events: JobEvent[] = [];
  const watchers = new Set<() => void>();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    events.push(...lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as JobEvent));
    for (const watch of watchers) watch();
  });
  const ended = new Promise<Rehearsed>((resolve) =>
    child.once('close', (exitCode) => {
      const rehearsed = {
        ...{ exitCode, output, events },
        get result() {
          const last = events.at(-1);
          if (last?.['type'] !== 'result') throw new Error(`The rehearsal printed no result (${exitCode}):\n${output}`);
          return last as unknown as Rehearsed['result'];
        },
      };
      noteRun({ command: 'rehearse', exitCode: exitCode ?? -1, stdout: output, stderr: '', events, result: undefined });
      resolve(rehearsed);
      for (const watch of watchers) watch();
    }),
  );
  return {
    ended,
    kill: (signal) => void child.kill(signal),
    until: (fits) =>
      new Promise((resolve, reject) => {
        const watch = () => {
          const found = events.find(fits);
          if (found) resolve(found);
          else if (child.exitCode !== null || child.signalCode !== null) reject(new Error(output));
        };
        watchers.add(watch);
        watch();
      }),
  };
}

/** Names of all containers, networks and volumes of a run, sorted. */
export async function thingsOf(run: string): Promise<string[]> {
  const filter = `--filter=label=eggroll-upgrade.rehearsal=${run}`;
  const lists = await Promise.all([
    docker(['ps', '--all', filter, '--format={{.Names}}']),
    docker(['network', 'ls', filter, '--format={{.Name}}']),
    docker(['volume', 'ls', filter, '--format={{.Name}}']),
  ]);
  return lists
    .flatMap(({ stdout }) => stdout.split('\n'))
    .filter((name) => name !== '')
    .sort();
}

/** A step of that id, begun. */
export function begins(step: string): (event: JobEvent) => boolean {
  return (event) => event['type'] === 'step-started' && event['step'] === step;
}
