import { describe, expect, it } from 'vitest';
import { parseRunFacts } from '../../../src/cluster/run-facts.ts';
import { serialiseRecord } from '../../../src/engine/record.ts';
import { testRecord } from '../../support/record.ts';

const record = testRecord();

const facts = (lines: Readonly<Record<string, readonly string[]>>) => parseRunFacts((key) => lines[key] ?? []);
const encoded = (text: string) => Buffer.from(text).toString('base64');

describe('parseRunFacts', () => {
  it('finds nothing on a node that never saw a run', () => {
    expect(facts({})).toEqual({
      workProblems: [],
      records: [],
      damagedRecords: [],
      runEntries: new Map(),
      litter: false,
    });
  });

  it('reads a record', () => {
    const { records, damagedRecords } = facts({ record: [`run-1 ${encoded(serialiseRecord(record))}`] });
    expect(records).toEqual([record]);
    expect(damagedRecords).toEqual([]);
  });

  it.each<[string, string]>([
    ['an empty record', 'run-1 '],
    ['any text', `run-1 ${encoded('folder bin missing\nhome missing\n')}`],
    ['a record that was cut', `run-1 ${encoded(serialiseRecord(record).slice(0, -9))}`],
    ["another run's record", `run-2 ${encoded(serialiseRecord(record))}`],
  ])('names the run whose folder holds %s', (_name, line) => {
    const { records, damagedRecords } = facts({ record: [line] });
    expect(records).toEqual([]);
    expect(damagedRecords).toEqual([line.split(' ')[0]]);
  });

  it('tells what a run has left, and what has another kind than it should have', () => {
    const entry = [
      'run-1 . directory',
      'run-1 record.json file',
      'run-1 staged file',
      'run-1 backup/ full',
      'run-2 . symlink',
    ];
    const { runEntries, workProblems } = facts({ entry, 'work-problem': ['/home/x is not writable'] });
    expect([...(runEntries.get('run-1')?.keys() ?? [])]).toEqual(['.', 'record.json', 'staged', 'backup/']);
    expect(workProblems).toEqual([
      '/home/x is not writable',
      'runs/run-1/staged is not a directory but a file',
      'runs/run-2 is not a directory but a symlink',
    ]);
  });

  it.each<[string, boolean, Readonly<Record<string, readonly string[]>>]>([
    ['a half-made file', true, { litter: ['/x/.record.json.partial'] }],
    [
      'a run without a record and without anything to keep',
      true,
      { entry: ['run-1 . directory', 'run-1 staged directory'] },
    ],
    ['a run with a record', false, { entry: ['run-1 . directory', 'run-1 record.json file'] }],
    [
      'old folders without a record',
      false,
      { entry: ['run-1 . directory', 'run-1 backup directory', 'run-1 backup/ full'] },
    ],
    ['a dump without a record', false, { entry: ['run-1 . directory', 'run-1 database directory'] }],
  ])('takes %s for litter: %s', (_name, litter, lines) => {
    expect(facts(lines).litter).toBe(litter);
  });
});
