import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../../src/engine/events.ts';
import type { Language } from '../../../src/messages/phrases.ts';
import { terminalReport } from '../../../src/report/terminal.ts';
import { displayWidth } from '../../../src/report/width.ts';
import { fakeScreen } from '../../support/screen.ts';
import { event, everyEvent, failed, result } from './events.ts';

const stage = { step: 'stage', title: 'stage the new version beside the old one', index: 4, count: 13 } as const;

interface Options {
  readonly rows?: number;
  readonly colour?: boolean;
  readonly language?: Language;
}

function session(columns: number, { rows = 24, colour = false, language = 'en' }: Options = {}) {
  const screen = fakeScreen(columns, colour, rows);
  const written: string[] = [];
  let now = 0;
  const recorder = {
    get columns() {
      return screen.columns;
    },
    get rows() {
      return screen.rows;
    },
    colour,
    write(text: string) {
      written.push(text);
      screen.write(text);
    },
  };
  const report = terminalReport(recorder, () => now, language);
  return {
    screen,
    written,
    report,
    show(...bodies: EventBody[]) {
      for (const body of bodies) report.show(event(body));
    },
    pass(ms: number) {
      now += ms;
      report.tick();
    },
    /** What is on the screen from the step on. */
    live() {
      const lines = screen.lines();
      return lines.slice(
        lines.findIndex((line) => line.startsWith('  …')),
        -1,
      );
    },
  };
}

function progress(host: string, bytes: number): EventBody {
  return { type: 'node-progress', step: 'stage', host, bytes, totalBytes: 4_000_000 };
}

function started(hosts: readonly string[]): EventBody {
  const roles = hosts.map((host) => ({ host, role: host.startsWith('rs') ? 'rollsite' : 'nodemanager' }));
  return { type: 'run-started', command: 'upgrade', version: '0.1.0', nodes: hosts.length, hosts: roles };
}

const change = (where: string, what: string): EventBody => ({ type: 'change', phase: 'begins', where, what });

describe('terminalReport', () => {
  it('shows the step, and of each node its role, what it does, bytes, rate and time left', () => {
    const { live, show, pass } = session(120);
    show(started(['nm1', 'nm2', 'rs1']), { type: 'step-started', ...stage }, progress('nm1', 0), progress('nm2', 0));
    pass(2000);
    show(progress('nm1', 1_000_000), { type: 'node-done', step: 'stage', host: 'nm2', message: 'staged' });
    show(change('rs1', 'stage-copy r1 3 0'), change('database eggroll_meta', 'CREATE TABLE t'));
    pass(0);
    expect(live()).toEqual([
      '  … [4/13] stage the new version beside the old one  2 s, 1 of 3 nodes done',
      '    nm1  nodemanager  receives            ━━━━────────────    1.0 MB of 4.0 MB  500.0 kB/s  6 s left',
      '    nm2  nodemanager  staged',
      '    rs1  rollsite     copies what it has',
    ]);
  });

  it.each([
    ['switch r1 bin conf', 'switches'],
    ['switch-back r1 bin conf', 'switches back'],
    ['service  90 bin/eggroll.sh nodemanager stop', 'stops services'],
    ['service  90 bin/eggroll.sh nodemanager start', 'starts services'],
    ['backup-receive r1 . dump.sql', 'gets a copy of the backup'],
  ])('calls %s what it is for a person', (what, phase) => {
    const { live, show, pass } = session(120);
    show({ type: 'step-started', ...stage }, change('nm1', what));
    pass(250);
    expect(live()[1]).toBe(`    nm1  ${phase}`);
  });

  it('says that a node verifies once all is sent', () => {
    const { live, show, pass } = session(80);
    show({ type: 'step-started', ...stage }, progress('nm1', 4_000_000));
    pass(250);
    expect(live()[1]).toBe('    nm1  verifies');
  });

  it('leaves the step behind when it has finished, with how much was sent', () => {
    const { screen, show, pass } = session(120);
    show({ type: 'step-started', ...stage }, progress('nm1', 0), progress('nm2', 0));
    pass(500);
    show({ type: 'step-finished', step: 'stage', title: stage.title, outcome: 'applied', durationMs: 1234 });
    pass(500);
    expect(screen.lines()).toEqual([`  ✓ ${stage.title}  1.2 s, 8.0 MB to 2 nodes`, '']);
  });

  it('counts the services that were stopped or started in the step', () => {
    const { live, show, pass } = session(120);
    show(
      { type: 'step-started', ...stage },
      { type: 'service', host: 'nm1', service: 'clustermanager', state: 'stopped' },
    );
    show({ type: 'service', host: 'nm2', service: 'nodemanager', state: 'stopped' });
    pass(250);
    expect(live()[0]).toBe(`  … [4/13] ${stage.title}  0 s, 2 services stopped`);
    show({ type: 'step-started', ...stage });
    pass(250);
    expect(live()[0]).not.toContain('services stopped');
  });

  it('shows how long services are down while they are, and nothing of that afterwards', () => {
    const { screen, live, show, pass } = session(120);
    show({ type: 'downtime-started' }, { type: 'step-started', ...stage });
    pass(65_000);
    expect(live()[1]).toBe('    services down for 1 min 5 s');
    show({ type: 'downtime-ended', downtimeMs: 65_000 });
    pass(1000);
    expect(live().join('\n')).not.toContain('services down for');
    expect(live()[1]).toBe('      services were down for 1 min 5 s');
    show({ type: 'step-finished', step: 'stage', title: stage.title, outcome: 'applied', durationMs: 66_000 });
    pass(250);
    expect(screen.lines()).toEqual([`  ✓ ${stage.title}  1 min 6 s`, '      services were down for 1 min 5 s', '']);
  });

  it('folds more than twelve nodes into counts, a sum and the slowest', () => {
    const { live, show, pass } = session(100);
    const hosts = Array.from({ length: 30 }, (_, index) => `nm${index + 1}`);
    show(started(hosts), { type: 'step-started', ...stage });
    for (const host of hosts.slice(0, 20)) show(progress(host, 0));
    pass(2000);
    for (const host of hosts.slice(0, 20)) show(progress(host, host === 'nm7' ? 400_000 : 2_000_000));
    for (const host of hosts.slice(0, 5)) show({ type: 'node-done', step: 'stage', host, message: 'staged' });
    pass(250);
    expect(live().slice(0, 5)).toEqual([
      `  … [4/13] ${stage.title}  2 s, 5 of 30 nodes done`,
      '    staged: 5   receives: 15   waits: 10',
      '    ━━━━━━━─────────  38.4 MB of 80.0 MB  17.1 MB/s  2 s left',
      '    the slowest:',
      '    nm7  nodemanager  receives  ━───────────────  400.0 kB of 4.0 MB  177.8 kB/s  20 s left',
    ]);
    expect(live()).toHaveLength(7);
  });

  it.each([
    [20, 3],
    [20, 5],
    [40, 10],
    [40, 24],
    [80, 10],
    [80, 24],
    [120, 40],
  ])('keeps within %d columns and %d rows, with nodes and warnings of any number', (columns, rows) => {
    for (const count of [1, 4, 12, 40]) {
      const { screen, live, show, pass } = session(columns, { rows });
      const hosts = Array.from({ length: count }, (_, index) => `a-node-with-a-long-name-${index}.example`);
      show(started(hosts), { type: 'downtime-started' }, { type: 'step-started', ...stage });
      for (let round = 1; round <= 5; round += 1) {
        for (const host of hosts) show(progress(host, round * 200_000));
        show({ type: 'warning', message: '主机的磁盘几乎满了，请检查。'.repeat(round) });
        pass(500);
        expect(Math.max(...live().map(displayWidth))).toBeLessThanOrEqual(columns);
        expect(live().length).toBeLessThan(rows);
      }
      show({ type: 'step-finished', step: 'stage', title: stage.title, outcome: 'applied', durationMs: 1 });
      show({ type: 'downtime-ended', downtimeMs: 1 });
      pass(500);
      expect(screen.lines()).not.toContainEqual(expect.stringContaining('a-node'));
      expect(screen.lines()).not.toContainEqual(expect.stringContaining('services down'));
    }
  });

  it('keeps the time in sight on a narrow screen', () => {
    const { live, show, pass } = session(40);
    show({ type: 'step-started', ...stage }, progress('nm1', 0), progress('10.0.0.2', 0));
    pass(3000);
    show(progress('nm1', 40_000), progress('10.0.0.2', 400_000));
    pass(0);
    expect(live()).toEqual([
      '  … [4/13] stage the new version b…  3 s',
      '    0 of 2 nodes done',
      '    10.0.0.2   10 %  27 s left',
      '    nm1         1 %  4 min 57 s left',
    ]);
  });

  it('measures Chinese by the columns that it takes', () => {
    const { live, show, pass } = session(60, { language: 'zh' });
    show(started(['节点一', 'rs1']), { type: 'step-started', ...stage }, progress('节点一', 0), progress('rs1', 0));
    pass(2000);
    show(progress('节点一', 1_000_000), { type: 'node-done', step: 'stage', host: 'rs1', message: '已暂存并校验' });
    pass(0);
    expect(live()).toEqual([
      '  … [4/13] 在旧版本旁暂存新版本  2 s, 已完成 1/2 个节点',
      '    rs1     已暂存并校验',
      '    节点一    1.0 MB/4.0 MB  500.0 kB/s  剩余 6 s',
    ]);
  });

  it('loses nothing of a long message on any width', () => {
    for (const columns of [40, 80, 120]) {
      const { screen, show, pass } = session(columns);
      const found = `The table ${'t'.repeat(200)} is not there.`;
      show({ type: 'step-started', ...stage }, progress('nm1', 1));
      pass(250);
      show({ type: 'finding', code: 'DISK_FULL', where: 'nm1', found });
      pass(250);
      const text = screen.lines().join('').replaceAll(/\s/g, '');
      expect(text).toContain(found.replaceAll(/\s/g, ''));
    }
  });

  it('shows every kind of event, and the warnings and the result at the end', () => {
    const { screen, report } = session(100);
    for (const each of everyEvent) report.show(each);
    expect(screen.lines()).toEqual([
      'eggroll-upgrade 0.1.0: upgrade of 2 nodes',
      '  Run r0 was interrupted; it is resumed.',
      '  ! Tables that are not InnoDB.',
      '  ! nm2: Slow.',
      '  ✗ nm2: No room. Make room.',
      '  ✓ stage the new version  1.2 s, 3.0 MB to 1 node',
      '      database: statement 1 of 5 done in 12 ms',
      '      services were down for 1 min 5 s',
      '  ✓ stage the new version  nothing to do',
      '  ✓ stage the new version  1.0 s',
      '  ✗ stage the new version  1 min 1 s',
      '',
      'upgrade: succeeded (exit code 0)',
      '  All 2 nodes are on version 2.2.1.',
      '  nm1               nodemanager  2.0.2 -> 2.2.1',
      '  rollsite.example  rollsite     2.0.2 -> 2.2.1',
      '  eggroll_meta: schema 2.0 -> 2.2.1, 5 statements',
      '  downtime 1 min 5 s',
      '    stop the services: 5.0 s',
      '    migrate the database: 1 min 0 s',
      '  next: Check your jobs.',
      '',
    ]);
  });

  it('collects warnings below everything else, and keeps all of them at the end', () => {
    const { screen, live, show, pass } = session(60);
    const warn = (message: string): EventBody => ({ type: 'warning', message });
    show({ type: 'step-started', ...stage }, warn('one'), warn('two'));
    pass(250);
    expect(live().slice(1)).toEqual(['  ! one', '  ! two']);
    show(warn('three\nof two lines'), warn('four'), warn('five'));
    pass(250);
    expect(live().slice(1)).toEqual(['  ! 3 more warnings, shown at the end', '  ! four', '  ! five']);
    show(failed);
    expect(screen.lines().slice(0, 6)).toEqual([
      '  ! one',
      '  ! two',
      '  ! three',
      '    of two lines',
      '  ! four',
      '  ! five',
    ]);
  });

  it('leaves no live line below the result, even when a step never finished', () => {
    const { screen, show, pass } = session(80);
    show({ type: 'downtime-started' }, { type: 'step-started', ...stage }, progress('nm1', 1));
    pass(250);
    show(failed);
    expect(screen.lines().join('\n')).not.toMatch(/\[4\/13\]|services down/);
    expect(screen.lines()[1]).toBe('upgrade: failed (exit code 69, NODE_UNREACHABLE)');
  });

  it('uses colours only where they are wanted', () => {
    const plain = session(80);
    const coloured = session(80, { colour: true });
    for (const { show } of [plain, coloured]) show({ type: 'warning', message: 'Careful.' }, result);
    expect(plain.written.join('')).not.toContain('\u001b[0m');
    expect(coloured.written.join('')).toContain('\u001b[33m  ! Careful.\u001b[0m');
    expect(coloured.written.join('')).toContain('\u001b[32mupgrade: succeeded (exit code 0)\u001b[0m');
    expect(coloured.screen.lines()).toEqual(plain.screen.lines());
  });

  it('redraws at most five times a second, however many events come', () => {
    const { written, show, report } = session(80);
    show({ type: 'step-started', ...stage });
    const before = written.length;
    for (let bytes = 1; bytes <= 1000; bytes += 1) show(progress('nm1', bytes), { type: 'run-adopted', message: 'x' });
    expect(written.length).toBe(before);
    report.close();
    expect(stripVTControlCharacters(written.join('')).match(/ {2}x\n/g)).toHaveLength(1000);
  });

  it('writes nothing while nothing changes', () => {
    const { written, show, pass } = session(80);
    show({ type: 'step-started', ...stage }, { type: 'warning', message: 'Careful.' });
    pass(250);
    const before = written.length;
    for (let tick = 0; tick < 3; tick += 1) pass(50);
    expect(written.length).toBe(before);
  });

  it('draws over what was there when the terminal becomes narrower, or wider', () => {
    const { screen, show, pass } = session(110, { rows: 40 });
    show(started(['nm1', 'nm2']), { type: 'step-started', ...stage }, progress('nm1', 0), progress('nm2', 0));
    for (const columns of [110, 50, 30, 90]) {
      screen.resize(columns);
      pass(1500);
      expect(screen.lines().filter((line) => line.includes('[4/13]'))).toHaveLength(1);
      expect(screen.lines().filter((line) => line.includes('nm1'))).toHaveLength(1);
      expect(screen.lines()[0]).toContain('eggroll-upgrade 0.1.0');
    }
  });

  it('hides the cursor while it draws, and gives it back, with the last state, on a close that no result came before', () => {
    const { screen, written, show, pass, report } = session(80);
    show({ type: 'step-started', ...stage }, progress('nm1', 1_000_000), {
      type: 'warning',
      message: `${'Careful, '.repeat(12)}all of it.`,
    });
    pass(2000);
    expect(screen.cursorShown).toBe(false);
    report.close();
    expect(screen.cursorShown).toBe(true);
    expect(screen.lines()).toEqual([
      `  … [4/13] ${stage.title}  2 s, 0 of 1 nodes done`,
      expect.stringContaining('nm1'),
      `  ! ${'Careful, '.repeat(8)}`.trimEnd(),
      `    ${'Careful, '.repeat(4)}all of it.`,
      '',
    ]);
    const { length } = written;
    report.close();
    expect(written).toHaveLength(length);
  });
});
