import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event, EventBody } from '../../../src/engine/events.ts';
import { keepPage } from '../../../src/report/html-file.ts';
import {
  keepResult,
  leaveTerminationMessage,
  openReport,
  type ReportOptions,
  redactor,
  terminationMessage,
} from '../../../src/report/report.ts';
import { testClock } from '../../support/clock.ts';
import { storyOf } from '../../support/report-page.ts';
import { fakeScreen } from '../../support/screen.ts';
import { event, everyEvent, failed, result } from './events.ts';

const options: ReportOptions = {
  mode: 'auto',
  clock: testClock(),
  secrets: [],
  run: 'r1',
  write: () => undefined,
  isTerminal: false,
  columns: () => 80,
  rows: () => 24,
  colour: false,
  language: 'en',
};

function open(parts: Partial<ReportOptions>, ...bodies: EventBody[]): string {
  const written: string[] = [];
  const report = openReport({ ...options, write: (text) => void written.push(text), ...parts });
  for (const body of bodies) report.emit(body);
  report.close();
  return written.join('');
}

/** What is on a terminal in the end. */
function lastScreen(text: string): string {
  const screen = fakeScreen(80);
  screen.write(text);
  return screen.lines().join('\n').trimEnd();
}

describe('openReport', () => {
  const warning = { type: 'warning', message: 'Careful.' } as const;

  it('keeps back what is learned to be secret on the way, from then on', () => {
    const written: string[] = [];
    const report = openReport({ ...options, secrets: ['known'], write: (text) => void written.push(text) });
    report.emit({ type: 'warning', message: 'known and learned' });
    report.addSecrets(['learned']);
    report.emit({ type: 'warning', message: 'known and learned' });
    report.close();
    expect(written.map((line) => line.slice(line.indexOf('WARNING')))).toEqual([
      'WARNING *** and learned\n',
      'WARNING *** and ***\n',
    ]);
  });

  it.each<[Partial<ReportOptions>, string]>([
    [{ mode: 'auto' }, '2026-01-02T03:04:05.000Z WARNING Careful.\n'],
    [{ mode: 'plain', isTerminal: true }, '2026-01-02T03:04:05.000Z WARNING Careful.\n'],
    [{ mode: 'auto', isTerminal: true }, '  ! Careful.'],
    [{ mode: 'tty' }, '  ! Careful.'],
    [
      { mode: 'json', isTerminal: true },
      '{"time":"2026-01-02T03:04:05.000Z","type":"warning","run":"r1","message":"Careful."}\n',
    ],
  ])('shows events as %j asks', (parts, text) => {
    const shown = open(parts, warning);
    if (text.endsWith('\n')) expect(shown).toBe(text);
    else expect(lastScreen(shown)).toBe(text);
  });

  it('keeps no process from ending, closed or not', () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const report = openReport({ ...options, mode: 'tty' });
    expect(timers()).toBe(before);
    report.close();
  });

  it('has nothing to say after the result', () => {
    expect(open({ mode: 'json' }, result, warning).trim().split('\n')).toHaveLength(1);
  });

  it('names the run that was adopted from then on', () => {
    const lines: string[] = [];
    const report = openReport({ ...options, mode: 'json', write: (text) => void lines.push(text) });
    report.emit(warning);
    report.adoptRun('r0');
    report.emit(warning);
    expect(lines.map((line) => JSON.parse(line).run)).toEqual(['r1', 'r0']);
  });

  it.each(['plain', 'json', 'tty'] as const)('lets nothing that others wrote act on the terminal as %s', (mode) => {
    const hostile = 'nm1\u001b[2J\u009b2J\u0007\r\u007f\u202e';
    const title = 'stage';
    const text = open(
      { mode },
      { type: 'run-started', command: 'upgrade', version: '1', nodes: 1, hosts: [{ host: hostile, role: 'rollsite' }] },
      { type: 'step-started', step: 'stage', title, index: 1, count: 1 },
      { type: 'node-progress', step: 'stage', host: hostile, bytes: 1, totalBytes: 2 },
      { type: 'node-done', step: 'stage', host: hostile, message: hostile },
      { type: 'hook', step: 'stage', moment: 'before', message: hostile },
      { type: 'warning', host: hostile, message: hostile },
      { ...failed, message: hostile, findings: [{ code: 'NODE_FAILED', where: hostile, found: hostile }] },
    );
    for (const control of ['\u001b[2J', '\u009b', '\u0007', '\u007f', 'nm1\r', '\r\u007f'])
      expect(text).not.toContain(control);
    if (mode !== 'json') expect(text).not.toContain('\u202e');
    expect(text).toContain('nm1\\u001b[2J');
  });

  it.each(['plain', 'json', 'tty'] as const)('shows no secret as %s', (mode) => {
    const secret = 'pa"ss\\wörd\n!';
    const text = open(
      { mode, secrets: [secret] },
      { ...warning, message: `login with ${secret}, or as JSON ${JSON.stringify({ secret })}` },
      { ...failed, message: secret, findings: [{ code: 'NODE_FAILED', where: secret, found: secret }] },
    );
    expect(text).not.toContain(secret);
    expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
    expect(text).not.toContain('wörd');
    expect(text).toContain('***');
  });
});

describe('a listener', () => {
  const warning = { type: 'warning', message: 'Careful.' } as const;

  it('hears every event, those too that are not shown, without secrets', () => {
    const heard: Event[] = [];
    const { emit } = openReport({
      ...options,
      mode: 'json',
      secrets: ['hunter2'],
      write: () => undefined,
      listener: (each) => heard.push(each),
    });
    emit({ type: 'work', phase: 'begins', where: 'hunter2' });
    emit({ ...warning, message: 'hunter2' });
    expect(heard.map(({ type, run }) => [type, run])).toEqual([
      ['work', 'r1'],
      ['warning', 'r1'],
    ]);
    expect(JSON.stringify(heard)).not.toContain('hunter2');
  });
});

describe('keepPage', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'report-test-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('keeps the page of an upgrade when it is taken back', async () => {
    const page = { story: storyOf([]), settings: [] };
    const names: string[] = [];
    for (const command of ['upgrade', 'recover', 'plan']) {
      const folder = join(dir, command === 'plan' ? 'p' : 'u');
      names.push(await keepPage({ ...page, result: event({ ...result, command }) }, folder));
    }
    expect(names).toEqual(
      ['u/runs/r1/report.html', 'u/runs/r1/report-recover.html', 'p/runs/r1/report.html'].map((name) =>
        join(dir, name),
      ),
    );
    expect(await readFile(join(dir, 'u/runs/r1/report.html'), 'utf8')).toContain('Upgrade succeeded');
    expect(await readFile(join(dir, 'u/runs/r1/report-recover.html'), 'utf8')).toContain('Recovery succeeded');
  });
});

describe('redactor', () => {
  const clean = (secrets: string[], message: string) =>
    (redactor(secrets)({ type: 'warning', message }) as { message: string }).message;

  it('replaces every occurrence', () => {
    expect(clean(['hunter2'], 'hunter2 and hunter2')).toBe('*** and ***');
  });

  it('leaves no tail of a secret that begins with another one', () => {
    expect(clean(['hunter', 'hunter2secret'], 'hunter2secret')).toBe('***');
  });

  it('reaches into lists and objects', () => {
    const cleaned = redactor(['hunter2'])({ ...failed, findings: [{ code: 'DEFECT', where: 'x', found: 'hunter2' }] });
    expect(JSON.stringify(cleaned)).not.toContain('hunter2');
  });

  it('garbles no word that programs rely on, whatever the password is', () => {
    for (const each of everyEvent) {
      const words = [each.type, 'upgrade', 'succeeded', 'nodemanager', 'rollsite', 'stage', 'applied', 'DISK_FULL'];
      const cleaned = redactor(words)(each);
      expect(cleaned.type).toBe(each.type);
      if (each.type === 'result') expect(cleaned).toMatchObject({ command: 'upgrade', outcome: 'succeeded' });
    }
  });

  it('lets words of fewer than four letters be', () => {
    expect(clean(['a', 'abc'], 'abc')).toBe('abc');
  });
});

describe('keepResult and leaveTerminationMessage', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'report-test-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('writes result.json', async () => {
    await keepResult(event(result), dir);
    expect(JSON.parse(await readFile(join(dir, 'runs/r1/result.json'), 'utf8'))).toEqual(event(result));
  });

  it('leaves the termination message where its file is', async () => {
    const termination = join(dir, 'termination-log');
    await writeFile(termination, '');
    await leaveTerminationMessage(event(result), termination);
    expect(JSON.parse(await readFile(termination, 'utf8'))).toMatchObject({ outcome: 'succeeded', run: 'r1' });
  });

  it('keeps what each command on a run said last', async () => {
    await keepResult(event({ ...result, command: 'upgrade' }), dir);
    await keepResult(event({ ...result, command: 'recover', message: 'back' }), dir);
    const kept = async (name: string) => JSON.parse(await readFile(join(dir, 'runs/r1', name), 'utf8'));
    expect(await kept('result.json')).toMatchObject({ command: 'recover', message: 'back' });
    expect(await kept('result-recover.json')).toEqual(await kept('result.json'));
    expect(await kept('result-upgrade.json')).toEqual(event({ ...result, command: 'upgrade' }));
  });

  it('makes no termination message where there is no file for it', async () => {
    const termination = join(dir, 'termination-log');
    await leaveTerminationMessage(event(result), termination);
    await expect(readFile(termination)).rejects.toThrow('ENOENT');
  });
});

describe('terminationMessage', () => {
  const node = result.nodes[0] as (typeof result.nodes)[number];
  const many = Array.from({ length: 500 }, (_, index) => ({ ...node, host: `node-${index}.example` }));

  it('is the whole result without findings when it fits', () => {
    const { findings: _, ...rest } = result;
    expect(JSON.parse(terminationMessage(result))).toEqual(rest);
  });

  it.each([
    ['500 nodes', { ...result, nodes: many }],
    ['a long message', { ...failed, message: 'm'.repeat(100_000), next: 'n'.repeat(100_000) }],
    ['a long message in Chinese', { ...failed, message: '证'.repeat(100_000), next: '书'.repeat(100_000) }],
    ['a message of control characters', { ...failed, message: '\u0001'.repeat(10_000), next: '\u0002'.repeat(10_000) }],
    ['all of it', { ...failed, nodes: many, message: '证'.repeat(100_000) }],
  ])('keeps to 4096 bytes with %s', (_name, long) => {
    const message = terminationMessage(long);
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4096);
    expect(JSON.parse(message)).toMatchObject({ type: 'result', outcome: long.outcome, exitCode: long.exitCode });
    expect(JSON.parse(message).message).toBe(long.message.slice(0, JSON.parse(message).message.length));
    expect(JSON.parse(message).message).not.toBe('');
  });
});
