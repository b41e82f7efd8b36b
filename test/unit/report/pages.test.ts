import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/engine/plan.ts';
import type { Status } from '../../../src/engine/status.ts';
import { planLines } from '../../../src/report/plan-page.ts';
import { statusLines } from '../../../src/report/status-page.ts';

const node = (host: string, role: string) => ({
  host,
  role,
  before: '2.0.2',
  after: '2.2.1',
  switchBegun: false,
  unchanged: 7,
  send: { files: 3, bytes: 1_500_000 },
  disk: { neededBytes: 2_000_000, freeBytes: 3_000_000_000 },
  stop: [`bin/eggroll.sh ${role} stop`],
  start: [`bin/eggroll.sh ${role} start`],
});

const plan: Plan = {
  action: 'upgrade',
  hash: 'f'.repeat(64),
  steps: ['check', 'lock'],
  nodes: [node('nm1', 'nodemanager'), node('nm2', 'nodemanager'), node('rollsite.example', 'rollsite')],
  pipelines: [['nm1', 'nm2', 'rollsite.example']],
  groups: [
    {
      hosts: ['nm1', 'nm2', 'rollsite.example'],
      added: Array.from({ length: 25 }, (_, index) => `lib/new-${index}.jar`),
      changed: ['conf/eggroll.properties'],
      removed: ['bin/old.sh'],
      conf: [{ path: 'conf/eggroll.properties', diff: ['@@ -1,1 +1,1 @@', '-a=1', '+a=2'] }],
      notes: ['b is new and not added'],
    },
  ],
  database: {
    name: 'eggroll_meta',
    before: '2.0',
    tables: 7,
    bytes: 114_000,
    statements: [{ index: 1, from: 'm.sql:3', sql: 'ALTER TABLE t\n  ADD a INT', state: 'pending' }],
    purge: ['eggroll_meta.session_main'],
  },
  downtime: { expectedMs: 26_000, servicesMs: 24_000, databaseMs: 2_000 },
  state: { neededBytes: 1_400_000 },
};

describe('fate_flow', () => {
  it('comes first and last in a plan, and by itself in a status', () => {
    const fateFlow = { host: 'flow1', stop: ['/f/service.sh stop'], start: ['/f/service.sh start'] };
    const lines = planLines({ ...plan, fateFlow });
    const at = lines.indexOf('  services, in this order');
    expect(lines[at + 1]).toBe('    bash /f/service.sh stop  on flow1');
    expect(lines.slice(at).findIndex((line) => line.startsWith('    bash /f/service.sh start  on flow1'))).toBe(6);
    expect(lines[at + 7]).toBe('');
    const nodes = plan.nodes.map((each) => ({ ...each, stop: [], start: [] }));
    expect(planLines({ ...plan, nodes, fateFlow: { host: 'flow1', stop: [], start: [] } })).not.toContain(
      '  services, in this order',
    );
    const told = (about: object) =>
      statusLines({ nodes: [], runs: [], dumps: [], fateFlow: { host: 'flow1', runs: false, ...about } });
    expect(told({ runs: true })).toContain('  fate_flow on flow1: runs');
    expect(told({})).toContain('  fate_flow on flow1: does not run');
    expect(told({ problem: 'No way.' })).toContain('  fate_flow on flow1: No way.');
  });
});

describe('planLines', () => {
  it('shows everything once, nodes with the same changes together', () => {
    expect(planLines(plan)).toEqual([
      '',
      '  steps',
      '     1. check',
      '     2. lock',
      '',
      '  nodes',
      '    nm1               nodemanager  2.0.2 -> 2.2.1  send 3 files, 1.5 MB  7 files stay  disk: 2.0 MB needed, 3.0 GB free',
      '    nm2               nodemanager  2.0.2 -> 2.2.1  send 3 files, 1.5 MB  7 files stay  disk: 2.0 MB needed, 3.0 GB free',
      '    rollsite.example  rollsite     2.0.2 -> 2.2.1  send 3 files, 1.5 MB  7 files stay  disk: 2.0 MB needed, 3.0 GB free',
      '    passed on: runner -> nm1 -> nm2 -> rollsite.example',
      '',
      '  files on nm1, nm2, rollsite.example: 25 added, 1 changed, 1 removed',
      '    bin: 1',
      '      - bin/old.sh',
      '    conf: 1',
      '      ~ conf/eggroll.properties',
      '    lib: 25',
      ...Array.from({ length: 20 }, (_, index) => `      + lib/new-${index}.jar`),
      '      and 5 more (OUTPUT=json names them all)',
      '    diff of conf/eggroll.properties',
      '      @@ -1,1 +1,1 @@',
      '      -a=1',
      '      +a=2',
      '    note: b is new and not added',
      '',
      '  database eggroll_meta: schema 2.0, 7 tables, about 114.0 kB',
      '    1 of 1, pending (m.sql:3): ALTER TABLE t ADD a INT',
      '    purge of eggroll_meta.session_main',
      '',
      '  services, in this order',
      '    bash bin/eggroll.sh nodemanager stop  on nm1, nm2',
      '    bash bin/eggroll.sh rollsite stop  on rollsite.example',
      '    bash bin/eggroll.sh nodemanager start  on nm1, nm2',
      '    bash bin/eggroll.sh rollsite start  on rollsite.example',
      '',
      '  expected downtime about 26.0 s: services 24.0 s, database 2.0 s',
      '  STATE_DIR: 1.4 MB needed, free room unknown',
      `  plan hash ${'f'.repeat(64)}`,
      '',
    ]);
  });

  it('shows the nodes only when there is nothing to do, and nothing before a recovery that comes first', () => {
    const idle = planLines({
      ...plan,
      action: 'nothing',
      nodes: plan.nodes.map((one) => ({ ...one, stop: [], start: [] })),
    });
    expect(idle.join('\n')).not.toMatch(/steps|files on|services|downtime/);
    expect(planLines({ ...plan, action: 'finish-recovery' })).toEqual([]);
  });
});

const status: Status = {
  nodes: [
    { host: 'nm1', role: 'nodemanager', version: '2.2.1', running: ['nodemanager'], lockedBy: 'upgrade, process 7' },
    { host: 'rs1', role: 'rollsite', version: 'unknown', running: [], problem: 'No SSH connection.' },
  ],
  database: { name: 'eggroll_meta', level: '2.2.1', asideTables: 7, lockedBy: 'connection 5' },
  runs: [
    {
      run: 'r2',
      sequence: 2,
      state: 'open',
      from: '2.0.2',
      to: '2.2.1',
      hosts: ['nm1:22', 'rs1:22'],
      staged: ['nm1'],
      backup: ['nm1'],
      replaced: [],
      databaseCopies: ['nm1'],
      statements: { done: 2, count: 5 },
    },
  ],
  dumps: [{ run: 'r2', database: 'eggroll_meta', bytes: 41_000, createdAt: '2026-01-02T03:04:05Z', proven: true }],
};

describe('statusLines', () => {
  it('shows nodes, database, runs and backups', () => {
    expect(statusLines(status)).toEqual([
      '',
      '  nodes',
      '    nm1  nodemanager  2.2.1    runs nodemanager',
      '      locked by upgrade, process 7',
      '    rs1  rollsite     unknown  No SSH connection.',
      '',
      '  database eggroll_meta: schema 2.2.1',
      '    locked by connection 5',
      '    7 tables that recover has replaced are kept (prune removes them)',
      '',
      '  runs, the last one first',
      '    r2  2.0.2 -> 2.2.1  2 nodes  unfinished: run upgrade again, or recover',
      '      2 of 5 statements done',
      '      new folders staged on nm1',
      '      old folders kept on nm1',
      '      copies of the database backup on nm1',
      '',
      '  database backups in STATE_DIR',
      '    r2  eggroll_meta  41.0 kB  2026-01-02T03:04:05Z  proven',
      '',
    ]);
  });
});
