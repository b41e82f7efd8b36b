// Pages of runs that never took place, for tests of how pages look: told as events at given times, as a run tells them.

import type { EventBody, NodeResult, Result } from '../../src/engine/events.ts';
import type { Plan } from '../../src/engine/plan.ts';
import type { Rehearsal } from '../../src/engine/rehearsal.ts';
import { htmlPage, type Setting } from '../../src/report/html-page.ts';
import type { Story } from '../../src/report/html-story.ts';
import { newStory } from '../../src/report/html-teller.ts';

const startMs = Date.UTC(2026, 10, 27, 20, 15, 3);

/** An event, so many milliseconds after the beginning. */
export type Told = readonly [atMs: number, event: EventBody];

export function storyOf(told: readonly Told[], endMs = told.at(-1)?.[0] ?? 0): Story {
  let nowMs = 0;
  const { story, take } = newStory(() => nowMs);
  for (const [atMs, event] of told) {
    nowMs = atMs;
    take({ time: timeAt(atMs), run: 'r1', ...event });
  }
  story.endMs = Math.max(story.endMs, endMs);
  return story;
}

function timeAt(atMs: number): string {
  return new Date(startMs + atMs).toISOString();
}

export interface Sample {
  readonly hosts: readonly string[];
  readonly command: string;
  readonly outcome: Result['outcome'];
  /** Stands wherever a text comes from outside: file names, SQL, messages, values. */
  readonly text: string;
  readonly plan?: Plan;
  readonly rehearsal?: Rehearsal;
  /** The rehearsal that it was a job of. */
  readonly within?: string;
  readonly events: readonly Told[];
}

/** The page of an upgrade; changes make it another one. */
export function samplePage(changes: Partial<Sample> = {}): string {
  const sample: Sample = {
    hosts: ['nm1', 'nm2', 'nm3', 'rs1'],
    command: 'upgrade',
    outcome: 'succeeded',
    text: 'conf/eggroll.properties',
    events: [],
    ...changes,
  };
  const events = sample.events.length > 0 ? sample.events : upgradeEvents(sample.hosts, sample.text);
  const within = sample.within === undefined ? {} : { rehearsal: sample.within };
  const result = { ...resultOf(sample), time: timeAt(64_000), run: '20261127-a1b2c3' };
  return htmlPage({ result, story: storyOf(events), settings: settingsWith(sample.text), ...within });
}

function resultOf({ hosts, command, outcome, text, plan, rehearsal }: Sample): Result {
  const failed = outcome === 'failed' || outcome === 'rolled-back';
  const nodes = hosts.map(
    (host): NodeResult => ({
      host,
      role: host.startsWith('rs') ? 'rollsite' : 'nodemanager',
      before: '2.0.2',
      after: failed ? '2.0.2' : '2.2.1',
      outcome,
    }),
  );
  return {
    type: 'result',
    schema: 1,
    command,
    outcome,
    exitCode: failed ? 10 : 0,
    planHash: '3f9c'.repeat(16),
    nodes,
    database: { name: 'eggroll_meta', before: '2.0', after: '2.2.1', statements: 5, outcome },
    ...(plan ? { plan } : {}),
    ...(rehearsal ? { rehearsal } : {}),
    downtimeMs: plan ? 0 : 15_400,
    downtimeBySteps: plan
      ? []
      : [
          { step: 'stop-services', title: 'stop the services', ms: 3_000 },
          { step: 'back-up-database', title: 'back up the database and prove the backup', ms: 5_000 },
          { step: 'switch', title: 'switch the program folders', ms: 900 },
          { step: 'migrate', title: 'migrate the database', ms: 1_500 },
          { step: 'start-services', title: 'start the services', ms: 5_000 },
        ],
    findings: failed ? [{ code: 'SERVICE_NOT_STARTED', where: hosts[0] ?? '', found: text }] : [],
    message: failed ? `The upgrade failed. ${text}` : `All ${hosts.length} nodes are on version 2.2.1.`,
    next: 'Check your jobs. `recover` goes back to the old version.',
  };
}

function settingsWith(text: string): Setting[] {
  return [
    { name: 'NM_FILE', value: '/config/nm_ip_list' },
    { name: 'EGGROLL_HOME', value: `/data/projects/fate/${text}` },
    { name: 'MYSQL_PWD_FILE', value: '/secrets/mysql' },
    { name: 'SSH_PASSPHRASE' },
  ];
}

interface Piece {
  readonly step: string;
  readonly title: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly works?: 'nodes' | 'database';
}

const pieces: readonly Piece[] = [
  { step: 'preflight', title: 'check everything first', fromMs: 200, toMs: 2_100, works: 'nodes' },
  { step: 'lock', title: 'lock the database and every node', fromMs: 2_100, toMs: 2_500, works: 'nodes' },
  { step: 'open-run', title: 'find out where the last run got to', fromMs: 2_500, toMs: 3_900, works: 'nodes' },
  { step: 'stage', title: 'stage the new version beside the old one', fromMs: 3_900, toMs: 41_000, works: 'nodes' },
  {
    step: 'rehearse-sql',
    title: 'rehearse the SQL on a scratch copy',
    fromMs: 41_000,
    toMs: 44_000,
    works: 'database',
  },
  { step: 'stop-services', title: 'stop the services', fromMs: 44_000, toMs: 47_000, works: 'nodes' },
  {
    step: 'back-up-database',
    title: 'back up the database and prove the backup',
    fromMs: 47_000,
    toMs: 52_000,
    works: 'database',
  },
  { step: 'switch', title: 'switch the program folders', fromMs: 52_000, toMs: 52_900, works: 'nodes' },
  { step: 'migrate', title: 'migrate the database', fromMs: 52_900, toMs: 54_400, works: 'database' },
  { step: 'start-services', title: 'start the services', fromMs: 54_400, toMs: 59_400, works: 'nodes' },
  { step: 'verify', title: 'verify every node and the database', fromMs: 59_400, toMs: 62_800, works: 'nodes' },
  { step: 'finish', title: 'close the run', fromMs: 62_800, toMs: 63_300, works: 'nodes' },
];

const statements: readonly string[] = [
  'ALTER TABLE store_locator MODIFY COLUMN name varchar(2000)',
  'ALTER TABLE store_locator DROP INDEX idx_u_store_loinsert_ty_ns_n',
  'CREATE UNIQUE INDEX idx_u_store_locator_ns_n ON store_locator(namespace(120), name(640))',
  'ALTER TABLE session_main MODIFY COLUMN session_id varchar(767)',
  'ALTER TABLE session_processor ADD INDEX idx_session_id(session_id(767))',
];

/** What an upgrade of these hosts tells that takes a minute. */
export function upgradeEvents(hosts: readonly string[], text: string): Told[] {
  const count = pieces.length;
  const told: Told[] = pieces.flatMap((piece, index): Told[] => {
    const { step, title, fromMs, toMs } = piece;
    return [
      [fromMs, { type: 'step-started', step, title, index: index + 1, count }],
      ...workIn(piece, hosts),
      [toMs, { type: 'step-finished', step, title, outcome: 'applied', durationMs: toMs - fromMs }],
    ];
  });
  const texts = statements.map((sql, index) => ({
    index: index + 1,
    from: 'mysql_file.sql:3',
    sql: `${sql} -- ${text}`,
  }));
  const ran = texts.flatMap(({ index }): Told[] => [
    [43_000 + index, { type: 'statement', phase: 'ends', step: 'rehearse-sql', index, durationMs: 12 * index }],
    [52_950 + 200 * index, { type: 'statement', phase: 'begins', step: 'migrate', index }],
    [53_100 + 200 * index, { type: 'statement', phase: 'ends', step: 'migrate', index, durationMs: 150 }],
  ]);
  const diff = [
    '@@ -10,3 +10,3 @@',
    ' eggroll.data.dir=data',
    `-# ${text}`,
    '+eggroll.core.grpc.channel.keepalive.timeout.sec=20',
  ];
  return [
    [0, { type: 'run-started', command: 'upgrade', version: '0.1.0', nodes: hosts.length } as const] as const,
    ...told,
    ...ran,
    [41_000, { type: 'statements', statements: texts } as const] as const,
    [40_500, { type: 'conf-change', path: text, hosts, diff } as const] as const,
    [44_000, { type: 'downtime-started' } as const] as const,
    [59_400, { type: 'downtime-ended', downtimeMs: 15_400 } as const] as const,
    [30_000, { type: 'warning', message: text, host: hosts[0] ?? '' } as const] as const,
    [50_000, { type: 'database', step: 'back-up-database', message: `dumped 12 tables, ${text}` } as const] as const,
  ].toSorted(([left], [right]) => left - right);
}

// Each node is a little later than the one before it.
function workIn({ fromMs, toMs, works }: Piece, hosts: readonly string[]): Told[] {
  const all = works === 'database' ? ['database eggroll_meta'] : hosts;
  return all.flatMap((where, index): Told[] => {
    const late = (0.3 * (toMs - fromMs) * index) / all.length;
    return [
      [fromMs + late, { type: 'work', phase: 'begins', where }],
      [toMs - 0.3 * (toMs - fromMs) + late, { type: 'work', phase: 'ends', where }],
    ];
  });
}

/** What a rehearsal has shown that was killed once; `failed` is the phase that did not go well. */
export function sampleRehearsal(text: string, failed?: string): Rehearsal {
  const phases = [
    { id: 'prepare-engine', title: 'look at the engine and its images', pages: [] },
    { id: 'build-cluster', title: 'build the throwaway cluster', pages: [] },
    { id: 'plan', title: 'plan', pages: ['plan.html'] },
    { id: 'upgrade', title: 'upgrade', pages: ['upgrade.html'] },
    { id: 'recover', title: 'recover', pages: ['recover.html'] },
    {
      id: 'fault-1',
      title: 'kill -9 and resume, 1 of 1',
      pages: ['fault-1-upgrade.html', 'fault-1-recover.html', text],
    },
  ];
  const at = phases.findIndex(({ id }) => id === failed);
  const outcomeAt = (index: number) => (at < 0 || index < at ? 'succeeded' : index === at ? 'failed' : 'skipped');
  return {
    phases: phases.map((phase, index) => ({
      ...phase,
      outcome: outcomeAt(index),
      durationMs: 1_000 * index,
      message: `${phase.id}: ${text}`,
    })),
    from: '2.0.2',
    to: '2.2.1',
    homes: `simulated ones, ${text}`,
    database: `/dump.sql.gz ${text}`,
    server: `MySQL 8.0.28 (${text})`,
  };
}

/** What `plan` finds on these hosts. */
export function samplePlan(hosts: readonly string[], text: string): Plan {
  const [first = ''] = hosts;
  return {
    action: 'upgrade',
    hash: '3f9c'.repeat(16),
    steps: pieces.map(({ title }) => title),
    nodes: hosts.map((host) => ({
      host,
      role: 'nodemanager',
      before: '2.0.2',
      after: '2.2.1',
      switchBegun: false,
      unchanged: 1803,
      send: { files: 211, bytes: 151_000_000 },
      disk: { neededBytes: 420_000_000, freeBytes: 91_000_000_000 },
      stop: ['bin/eggroll.sh nodemanager stop'],
      start: ['bin/eggroll.sh nodemanager start'],
    })),
    pipelines: [hosts],
    groups: [
      {
        hosts,
        added: ['lib/eggroll-core-2.2.1.jar', `python/${text}`],
        changed: ['bin/eggroll.sh', 'conf/eggroll.properties'],
        removed: ['lib/eggroll-core-2.0.2.jar'],
        conf: [{ path: 'conf/eggroll.properties', diff: ['@@ -1,1 +1,1 @@', `-a=${text}`, '+a=2'] }],
        notes: [`${text} is new and not added`],
      },
    ],
    database: {
      name: 'eggroll_meta',
      before: '2.0',
      tables: 12,
      bytes: 81_000_000,
      statements: statements.map((sql, index) => ({
        index: index + 1,
        from: 'mysql_file.sql:3',
        sql: `${sql} -- ${text}`,
        state: 'pending' as const,
      })),
      purge: [`eggroll_meta.${text}`],
    },
    downtime: { expectedMs: 21_000, servicesMs: 15_000, databaseMs: 6_000 },
    state: { neededBytes: 90_000_000, freeBytes: 10_000_000_000 },
    fateFlow: { host: first, stop: [], start: [] },
  };
}
