// SIGTERM and SIGINT in every step, and in the middle of what takes long: the run stops within ten seconds and says what to do.

import { setTimeout as sleep } from 'node:timers/promises';
import type { TestCluster } from '../support/cluster.ts';
import type { JobRun } from '../support/job.ts';
import type { DirectedCase, Meeting } from './directed.ts';
import { seconds } from './directed.ts';
import { freezePlace, signal, thawPlace } from './disturb.ts';
import { type StepPoint, stepPoints } from './step-points.ts';

const limitMs = 10_000;

export function terminations(): DirectedCase[] {
  return stepPoints().map((point, index, all) => {
    // The last step has nothing left to stop before.
    const isLast = all[index + 1]?.scenario !== point.scenario;
    return {
      kind: 'SIGTERM',
      title: `SIGTERM at ${point.step} of ${point.scenario.command}`,
      point,
      strike: ({ job }: Meeting) => signal(job, 'TERM'),
      watch: endsInTime,
      check: (run) => (isLast && run.exitCode === 0 ? [] : wasStopped(run)),
    };
  });
}

/** In the middle of what takes a minute or more: a service that does not stop, a statement that waits, a node that is frozen. */
export function longOnes(): DirectedCase[] {
  const stubborn = '/etc/simulated/ignore-term';
  const tables = 'store_option';
  const later = async (meeting: Meeting, ms: number, name: string) => {
    await sleep(ms);
    await signal(meeting.job, name);
    return endsInTime(meeting);
  };
  const stopping = at('stop-services');
  const stopped = {
    kind: 'SIGTERM',
    point: stopping,
    prepare: async (cluster: TestCluster) =>
      void (await cluster.exec('nm1', `mkdir -p /etc/simulated && touch ${stubborn}`)),
    heal: async (cluster: TestCluster) => void (await cluster.exec('nm1', `rm -f ${stubborn}`)),
  };
  return [
    {
      ...stopped,
      title: 'SIGTERM while a service does not stop',
      watch: (meeting) => later(meeting, 3000, 'TERM'),
      check: wasStopped,
    },
    {
      ...stopped,
      title: 'SIGINT twice while a service does not stop',
      watch: async (meeting) => {
        await sleep(3000);
        await signal(meeting.job, 'INT');
        await sleep(300);
        const sinceMs = performance.now();
        await signal(meeting.job, 'INT');
        await meeting.job.ended;
        const tookMs = performance.now() - sinceMs;
        meeting.notes.push(`ended after ${seconds(tookMs)}`);
        return tookMs < 2000 ? [] : [`ended ${seconds(tookMs)} after the second SIGINT`];
      },
      check: ({ exitCode }) => (exitCode === 75 ? [] : [`exit code ${exitCode}`]),
    },
    {
      kind: 'SIGTERM',
      title: 'SIGTERM while a statement waits for a lock of another session',
      point: at('migrate'),
      // Ends by itself: the session that holds the table sleeps for so long.
      strike: async ({ cluster }) => {
        const { name } = cluster.prepared.database;
        void cluster.sql(`LOCK TABLES ${name}.${tables} READ; SELECT SLEEP(20);`);
        await sleep(500);
      },
      watch: (meeting) => later(meeting, 3000, 'TERM'),
      check: wasStopped,
    },
    ...(['stage', 'switch'] as const).map(
      (step): DirectedCase => ({
        kind: 'SIGTERM',
        title: `SIGTERM while a node is frozen, at ${step}`,
        point: at(step),
        strike: ({ cluster }) => freezePlace(cluster, 'nm2'),
        watch: (meeting) => later(meeting, 3000, 'TERM'),
        check: wasStopped,
        heal: (cluster) => thawPlace(cluster, 'nm2'),
      }),
    ),
  ];
}

function at(step: string): StepPoint {
  const found = stepPoints().find((point) => point.step === step);
  if (!found) throw new Error(`There is no step ${step}.`);
  return found;
}

async function endsInTime({ job, notes }: Meeting): Promise<string[]> {
  const sinceMs = performance.now();
  await job.ended;
  const tookMs = performance.now() - sinceMs;
  notes.push(`ended after ${seconds(tookMs)}`);
  return tookMs <= limitMs ? [] : [`ended ${seconds(tookMs)} after the signal`];
}

function wasStopped({ exitCode, result, command }: JobRun): string[] {
  if (!result) return [`no result, exit code ${exitCode}`];
  const { outcome, next, message } = result;
  return [
    ...(exitCode === 75 && outcome === 'interrupted' ? [] : [`ended with ${exitCode}, ${outcome}: ${message}`]),
    ...(next.includes(`\`${command}\` again`) || /run the same command again/i.test(next)
      ? []
      : [`what to do next: ${next}`]),
  ];
}
