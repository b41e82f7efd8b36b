// The dump is made by a program of its own, with a connection of its own: a server that goes away in the middle of it is noticed, too.

import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { differences } from '../../src/rehearsal/differences.ts';
import type { TestCluster } from '../support/cluster.ts';
import type { JobRun } from '../support/job.ts';
import { leftovers } from '../support/violations.ts';
import { seconds, wentOn } from './directed.ts';
import { databasePlace, freezePlace, takeDown, thawPlace } from './disturb.ts';
import type { Story } from './story.ts';

const noticeLimitMs = 35_000;

// Stands in for the image's own client, which it calls once it may go on.
const heldClient = `#!/bin/sh
case $1 in --version) ;; *) : >/client/begun; until [ -e /client/go ]; do sleep 0.05; done ;; esac
exec /opt/mysql/bin/mysqldump "$@"
`;

export function dumpsInTheMiddle(): Story[] {
  return [
    {
      kind: 'dump',
      title: 'the database server frozen in the middle of the dump',
      play: (cluster, ends, runs, notes) =>
        whileDumping(cluster, async (job, folder) => {
          await begun(job, folder);
          await freezePlace(cluster, databasePlace);
          await goOn(folder);
          const sinceMs = performance.now();
          const noticed = await Promise.race([job.noticed, sleep(3 * noticeLimitMs, false, { ref: false })]);
          const tookMs = performance.now() - sinceMs;
          await thawPlace(cluster, databasePlace);
          const run = await job.ended;
          runs.push(run);
          notes.push(`noticed after ${seconds(tookMs)}`);
          return [
            ...(noticed && tookMs <= noticeLimitMs ? [] : [`not noticed within ${seconds(tookMs)}`]),
            ...wentOn(run, 6),
            ...differences(ends.new, await cluster.snapshot()),
            ...(await leftovers(cluster)),
          ];
        }),
    },
    {
      kind: 'dump',
      title: 'the database server restarted in the middle of the dump',
      play: (cluster, ends, runs) =>
        whileDumping(cluster, async (job, folder) => {
          await begun(job, folder);
          await takeDown(cluster, databasePlace, () => goOn(folder));
          const run = await job.ended;
          runs.push(run);
          return [...wentOn(run, 8), ...differences(ends.new, await cluster.snapshot()), ...(await leftovers(cluster))];
        }),
    },
  ];
}

interface Dumping {
  readonly ended: Promise<JobRun>;
  /** Resolves when the run has told that something may pass, or when it has ended. */
  readonly noticed: Promise<boolean>;
}

async function whileDumping<T>(cluster: TestCluster, work: (job: Dumping, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'dumping-'));
  try {
    await chmod(folder, 0o777);
    await mkdir(join(folder, 'bin'));
    // The other program is asked for, but not used.
    for (const name of ['mysqldump', 'mysql']) await writeFile(join(folder, 'bin', name), heldClient, { mode: 0o755 });
    const noticed = Promise.withResolvers<boolean>();
    const options = {
      env: { MYSQL_HOME: '/client' },
      mounts: { '/client': folder },
    };
    const { ended } = cluster.start('upgrade', options, ({ type, message }) => {
      if (type === 'warning' && /may pass/.test(String(message))) noticed.resolve(true);
    });
    void ended.then(() => noticed.resolve(true));
    return await work({ ended, noticed: noticed.promise }, folder);
  } finally {
    // A client that a failing test leaves behind ends as well.
    await goOn(folder);
    await rm(folder, { recursive: true });
  }
}

const goOn = (folder: string) => writeFile(join(folder, 'go'), '');

async function begun({ ended }: Dumping, folder: string): Promise<void> {
  let run: JobRun | undefined;
  void ended.then((outcome) => {
    run = outcome;
  });
  while (!existsSync(join(folder, 'begun'))) {
    if (run) throw new Error(`The dump never began:\n${run.stdout}\n${run.stderr}`);
    await sleep(20);
  }
}
