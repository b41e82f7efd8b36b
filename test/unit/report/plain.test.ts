import { describe, expect, it } from 'vitest';
import type { Event } from '../../../src/engine/events.ts';
import { plainReport } from '../../../src/report/plain.ts';
import { event, everyEvent, failed } from './events.ts';

const time = '2026-01-02T03:04:05.000Z';

const plainLine = (each: Event) => plainReport(() => 0).line(each);

describe('plainReport', () => {
  it('gives a line for every event but progress', () => {
    expect(everyEvent.flatMap((each) => plainLine(each) ?? []).join('\n')).toBe(
      [
        `${time} upgrade of 2 nodes by eggroll-upgrade 0.1.0`,
        `${time} Run r0 was interrupted; it is resumed.`,
        `${time} [4/13] stage the new version`,
        `${time}     nm1: staged and verified`,
        `${time}     nm1: nodemanager stopped`,
        `${time}     database: statement 1 of 5 done in 12 ms`,
        `${time}     downtime begins`,
        `${time}     downtime ends after 1 min 5 s`,
        `${time} WARNING Tables that are not InnoDB.`,
        `${time} WARNING nm2: Slow.`,
        `${time} ERROR DISK_FULL nm2: No room. Make room.`,
        `${time}     stage the new version: done (1.2 s)`,
        `${time}     stage the new version: nothing to do (12 ms)`,
        `${time}     stage the new version: done (1.0 s)`,
        `${time}     stage the new version: FAILED (1 min 1 s)`,
        `${time} upgrade: succeeded (exit code 0)`,
        '  All 2 nodes are on version 2.2.1.',
        '  nm1               nodemanager  2.0.2 -> 2.2.1',
        '  rollsite.example  rollsite     2.0.2 -> 2.2.1',
        '  eggroll_meta: schema 2.0 -> 2.2.1, 5 statements',
        '  downtime 1 min 5 s',
        '    stop the services: 5.0 s',
        '    migrate the database: 1 min 0 s',
        '  next: Check your jobs.',
      ].join('\n'),
    );
  });

  it('names each code once, and every line of the message', () => {
    expect(plainLine(event(failed))?.split('\n')).toEqual([
      `${time} upgrade: failed (exit code 69, NODE_UNREACHABLE)`,
      '  Nothing was changed.',
      '  nm1: No route.',
      '  eggroll_meta: schema 2.0 -> 2.2.1, 5 statements',
      '  next: Check the network.',
    ]);
  });

  it('tells of a long transfer now and then, with all nodes together', () => {
    let now = 0;
    const { line } = plainReport(() => now);
    const progress = (host: string, bytes: number) =>
      line(event({ type: 'node-progress', step: 'stage', host, bytes, totalBytes: 300_000_000 }));
    line(event({ type: 'step-started', step: 'stage', title: 'stage', index: 1, count: 1 }));
    const lines: (string | undefined)[] = [];
    for (; now <= 65_000; now += 100) lines.push(progress('nm1', now * 1000), progress('nm2', now * 2000));
    expect(lines.filter((each) => each !== undefined)).toEqual([
      `${time}     sent 89.8 MB of 600.0 MB to 2 nodes, 3.0 MB/s, 2 min 50 s left`,
      `${time}     sent 179.8 MB of 600.0 MB to 2 nodes, 3.0 MB/s, 2 min 20 s left`,
    ]);
  });

  it('begins anew with the next step', () => {
    let now = 0;
    const { line } = plainReport(() => now);
    const step = event({ type: 'step-started', step: 'stage', title: 'stage', index: 1, count: 1 });
    const progress = event({ type: 'node-progress', step: 'stage', host: 'nm1', bytes: 1, totalBytes: 2 });
    line(step);
    now = 29_000;
    line(step);
    now = 31_000;
    expect(line(progress)).toBeUndefined();
  });

  it('lets a message of several lines look like one event', () => {
    expect(plainLine(event({ type: 'warning', message: `one\n${time} ERROR two` }))).toBe(
      `${time} WARNING one\n    ${time} ERROR two`,
    );
  });

  it('speaks Chinese, with the words that logs are searched for as they are', () => {
    const { line } = plainReport(() => 0, 'zh');
    const lines = everyEvent.flatMap((each) => (each.type === 'result' ? [] : (line(each) ?? [])));
    expect(lines.map((text) => text.slice(time.length + 1)).slice(0, 12)).toEqual([
      'upgrade：共 2 个节点，eggroll-upgrade 0.1.0',
      'Run r0 was interrupted; it is resumed.',
      '[4/13] stage the new version',
      '    nm1: staged and verified',
      '    nm1: nodemanager 已停止',
      '    数据库：statement 1 of 5 done in 12 ms',
      '    停机开始',
      '    停机结束，共 1 min 5 s',
      'WARNING Tables that are not InnoDB.',
      'WARNING nm2: Slow.',
      'ERROR DISK_FULL nm2：磁盘空间不足。No room. Make room.',
      '    stage the new version: 完成 (1.2 s)',
    ]);
    expect(line(event(failed))?.split('\n').at(0)).toBe(`${time} upgrade：失败（退出码 69，NODE_UNREACHABLE）`);
  });
});
