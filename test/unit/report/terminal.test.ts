import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../../src/engine/events.ts';
import { terminalReport } from '../../../src/report/terminal.ts';
import { fakeScreen } from '../../support/screen.ts';
import { event, everyEvent, failed, result } from './events.ts';

const stage = { step: 'stage', title: 'stage the new version beside the old one', index: 4, count: 13 } as const;

function session(columns: number, colour = false) {
  const screen = fakeScreen(columns, colour);
  const written: string[] = [];
  let now = 0;
  const recorder = {
    ...screen,
    write(text: string) {
      written.push(text);
      screen.write(text);
    },
  };
  const report = terminalReport(recorder, () => now);
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
  };
}

function progress(host: string, bytes: number): EventBody {
  return { type: 'node-progress', step: 'stage', host, bytes, totalBytes: 4_000_000 };
}

describe('terminalReport', () => {
  it('shows the step, and each node with bytes, rate and time left', () => {
    const { screen, show, pass } = session(120);
    show({ type: 'run-started', command: 'upgrade', version: '0.1.0', nodes: 3 }, { type: 'step-started', ...stage });
    show(progress('nm1', 0), progress('nm2', 0));
    pass(2000);
    show(progress('nm1', 1_000_000), { type: 'node-done', step: 'stage', host: 'nm2', message: 'staged' });
    pass(0);
    expect(screen.lines()).toEqual([
      'eggroll-upgrade 0.1.0: upgrade of 3 nodes',
      '  … [4/13] stage the new version beside the old one  2 s, 1 of 3 nodes done',
      '      nm1  ████░░░░░░░░░░░░   1.0 MB of 4.0 MB, 500.0 kB/s, 6 s left',
      '',
    ]);
  });

  it('leaves only the step behind when it has finished', () => {
    const { screen, show, pass } = session(120);
    show({ type: 'step-started', ...stage }, progress('nm1', 0));
    pass(500);
    show({ type: 'step-finished', step: 'stage', title: stage.title, outcome: 'applied', durationMs: 1234 });
    pass(500);
    expect(screen.lines()).toEqual([`  ✓ ${stage.title}  1.2 s`, '']);
  });

  it('counts the services that were stopped or started in the step', () => {
    const { screen, show, pass } = session(120);
    show(
      { type: 'step-started', ...stage },
      { type: 'service', host: 'nm1', service: 'clustermanager', state: 'stopped' },
    );
    show({ type: 'service', host: 'nm2', service: 'nodemanager', state: 'stopped' });
    pass(250);
    expect(screen.lines()[0]).toBe(`  … [4/13] ${stage.title}  0 s, 2 services stopped`);
    show({ type: 'step-started', ...stage });
    pass(250);
    expect(screen.lines()[0]).not.toContain('services stopped');
  });

  it('shows how long services are down while they are', () => {
    const { screen, show, pass } = session(120);
    show({ type: 'downtime-started' }, { type: 'step-started', ...stage });
    pass(65_000);
    expect(screen.lines()[0]).toContain('services down for 1 min 5 s');
    show({ type: 'downtime-ended', downtimeMs: 65_000 });
    pass(1000);
    expect(screen.lines().join('\n')).not.toContain('services down for');
    expect(screen.lines()[1]).toBe('      services were down for 1 min 5 s');
    show({ type: 'step-finished', step: 'stage', title: stage.title, outcome: 'applied', durationMs: 66_000 });
    expect(screen.lines()).toEqual([`  ✓ ${stage.title}  1 min 6 s`, '      services were down for 1 min 5 s', '']);
  });

  it.each([40, 80, 120])('keeps every live line within %d columns, and erases all of it', (columns) => {
    const { screen, written, show, pass } = session(columns);
    show({ type: 'run-started', command: 'upgrade', version: '0.1.0', nodes: 40 }, { type: 'step-started', ...stage });
    for (let round = 1; round <= 20; round += 1) {
      for (let host = 1; host <= 40; host += 1)
        show(progress(`a-node-with-a-long-name-${host}.example`, round * 200_000));
      pass(250);
    }
    const live = screen.lines().slice(
      screen.lines().findIndex((line) => line.startsWith('  …')),
      -1,
    );
    expect(live).toHaveLength(14);
    expect(live.at(-1)).toBe('      and 28 more');
    const everDrawn = stripVTControlCharacters(written.join('')).split('\n').slice(1);
    expect(Math.max(...everDrawn.map((line) => [...line].length))).toBeLessThanOrEqual(columns);
    show({ type: 'step-finished', step: 'stage', title: stage.title, outcome: 'applied', durationMs: 1 });
    expect(screen.lines()).not.toContainEqual(expect.stringContaining('a-node'));
    expect(screen.lines().at(-1)).toBe('');
  });

  it.each([40, 80, 120])('loses nothing of a long message on %d columns', (columns) => {
    const { screen, show, pass } = session(columns);
    const found = `The table ${'t'.repeat(200)} is not there.`;
    show({ type: 'step-started', ...stage }, progress('nm1', 1));
    pass(250);
    show({ type: 'finding', code: 'DISK_FULL', where: 'nm1', found });
    pass(250);
    const [live = ''] = screen.lines().filter((line) => line.includes('[4/13]'));
    expect(live.length).toBeLessThanOrEqual(columns);
    const message = screen.lines().slice(0, screen.lines().indexOf(live)).join('');
    expect(message.replaceAll(/\s/g, '')).toContain(found.replaceAll(/\s/g, ''));
  });

  it('shows every kind of event, and the result at the end', () => {
    const { screen, report } = session(100);
    for (const each of everyEvent) report.show(each);
    expect(screen.lines()).toEqual([
      'eggroll-upgrade 0.1.0: upgrade of 2 nodes',
      '  Run r0 was interrupted; it is resumed.',
      '  ! Tables that are not InnoDB.',
      '  ! nm2: Slow.',
      '  ✗ nm2: No room. Make room.',
      '  ✓ stage the new version  1.2 s',
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

  it('leaves no live line below the result, even when a step never finished', () => {
    const { screen, show, pass } = session(80);
    show({ type: 'step-started', ...stage }, progress('nm1', 1));
    pass(250);
    show(failed);
    expect(screen.lines().join('\n')).not.toContain('[4/13]');
    expect(screen.lines()[1]).toBe('upgrade: failed (exit code 69, NODE_UNREACHABLE)');
  });

  it('uses colours only where they are wanted', () => {
    const plain = session(80);
    const coloured = session(80, true);
    for (const { show } of [plain, coloured]) show({ type: 'warning', message: 'Careful.' }, result);
    expect(plain.written.join('')).not.toContain('\u001b');
    expect(coloured.written.join('')).toContain('\u001b[33m  ! Careful.\u001b[0m');
    expect(coloured.written.join('')).toContain('\u001b[32mupgrade: succeeded (exit code 0)\u001b[0m');
    expect(coloured.screen.lines()).toEqual(plain.screen.lines());
  });

  it('redraws at most ten times a second, however many events come', () => {
    const { written, show } = session(80);
    show({ type: 'step-started', ...stage });
    const before = written.length;
    for (let bytes = 1; bytes <= 1000; bytes += 1) show(progress('nm1', bytes));
    expect(written.length).toBe(before);
  });
});
