// SIGTERM and SIGINT in every step, and in the middle of what takes long: the run stops within ten seconds and says what to do.

import { setTimeout as sleep } from 'node:timers/promises';
import type { TestCluster } from '../support/cluster.ts';
import type { JobRun } from '../support/job.ts';
import type { DirectedCase, Meeting } from './directed.ts';
import { seconds } from './directed.ts';
import { freezePlace, signal, thawPlace } from './disturb.ts';
import { type StepPoint, stepPoints } from './step-points.ts';

/** Ten seconds, and what a busy machine adds. A silent node or a service that does not stop holds a run for 30 s or more. */
const limitMs = 25_000;

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
  const sleeping = `SELECT SLEEP(${lockedSeconds})`;
  const terminate = async (meeting: Meeting) => {
    await signal(meeting.job, 'TERM');
    return endsInTime(meeting);
  };
  const isStopping = ({ cluster }: Meeting) => onNode(cluster, 'nm1', "pgrep -f '^bash .*eggroll[.]sh .* stop'");
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
      watch: async (meeting) => {
        await until(meeting, () => isStopping(meeting));
        return terminate(meeting);
      },
      check: wasStopped,
    },
    {
      ...stopped,
      title: 'SIGINT twice while a service does not stop',
      watch: async (meeting) => {
        const { job } = meeting;
        await until(meeting, () => isStopping(meeting));
        await signal(job, 'INT');
        await until(meeting, async () => job.heard.some(({ event }) => /^SIGINT/.test(String(event['message']))));
        await signal(job, 'INT');
        return endsInTime(meeting);
      },
      // After one SIGINT, it would end with a result.
      check: ({ exitCode, result }) => [
        ...(exitCode === 75 ? [] : [`exit code ${exitCode}`]),
        ...(result ? [`the second SIGINT was not heeded: ${result.message}`] : []),
      ],
    },
    {
      kind: 'SIGTERM',
      title: 'SIGTERM while a statement waits for a lock of another session',
      point: at('migrate'),
      strike: async (meeting) => {
        const { name } = meeting.cluster.prepared.database;
        // Ends with an error when it is healed.
        void meeting.cluster.sql(`LOCK TABLES ${name}.${tables} READ; ${sleeping};`).catch(() => undefined);
        await until(meeting, () => isRunning(meeting, `INFO = '${sleeping}'`));
      },
      watch: async (meeting) => {
        await until(meeting, () => isRunning(meeting, "STATE LIKE 'Waiting for table metadata lock'"));
        return terminate(meeting);
      },
      check: wasStopped,
      heal: async ({ sql }) => {
        const ids = await sql(`SELECT ID FROM information_schema.PROCESSLIST WHERE INFO = '${sleeping}'`);
        for (const id of ids.split('\n').filter(Boolean)) await sql(`KILL ${id}`);
      },
    },
    ...(['stage', 'switch'] as const).map(
      (step): DirectedCase => ({
        kind: 'SIGTERM',
        title: `SIGTERM while a node is frozen, at ${step}`,
        point: at(step),
        strike: ({ cluster }) => freezePlace(cluster, 'nm2'),
        watch: async (meeting) => {
          // A node that says nothing shows nothing either. Whether it was asked by then makes no difference to the promise.
          await sleep(frozenMs);
          return terminate(meeting);
        },
        check: wasStopped,
        heal: (cluster) => thawPlace(cluster, 'nm2'),
      }),
    ),
  ];
}

const frozenMs = 3000;
const lockedSeconds = 60;

async function onNode(cluster: TestCluster, host: string, condition: string): Promise<boolean> {
  return (await cluster.exec(host, condition)).exitCode === 0;
}

async function isRunning({ cluster }: Meeting, condition: string): Promise<boolean> {
  return (await cluster.sql(`SELECT 1 FROM information_schema.PROCESSLIST WHERE ${condition}`)) !== '';
}

/** Throws when the job ends before. */
async function until({ job }: Meeting, isSo: () => Promise<boolean>): Promise<void> {
  let isOver = false;
  void job.ended.finally(() => {
    isOver = true;
  });
  while (!(await isSo())) {
    if (isOver) throw new Error(`The run ended before its moment came: ${(await job.ended).result?.message}`);
    await sleep(20);
  }
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
