import { describe, expect, it } from 'vitest';
import { parseRunFacts } from '../../../src/cluster/run-facts.ts';
import { remedyOf } from '../../../src/engine/errors.ts';
import { type RunRecord, serialiseRecord } from '../../../src/engine/record.ts';
import { conflicts, lostRecords, mergedRecords, recordsToWrite } from '../../../src/steps/settle-records.ts';

const record = (change: Partial<RunRecord> = {}): RunRecord => ({
  schema: 1,
  run: 'run-1',
  sequence: 1,
  state: 'finished',
  from: '2.0.2',
  to: '2.2.1',
  packageDigest: 'a',
  hosts: ['nm1:22', 'nm2:22'],
  services: {},
  ...change,
});

const node = { name: 'nm1', home: '/data/eggroll' };
const line = (run: string, text: string) => `${run} ${Buffer.from(text).toString('base64')}`;
const whole = (of: RunRecord) => line(of.run, serialiseRecord(of));
const facts = (lines: Readonly<Record<string, readonly string[]>>) => parseRunFacts((key) => lines[key] ?? []);
const damaged = facts({ entry: ['run-1 . directory', 'run-1 record.json file'], record: [line('run-1', 'x')] });
const withBackup = facts({ entry: ['run-1 . directory', 'run-1 backup directory', 'run-1 backup/ full'] });
const bare = facts({ entry: ['run-1 . directory'] });
const intact = facts({ record: [whole(record())] });

describe('a record that is damaged', () => {
  it("is written anew from another node's copy", () => {
    const known = mergedRecords([damaged, intact]);
    expect(lostRecords(node, damaged, known)).toEqual([]);
    expect(recordsToWrite(damaged, known)).toEqual([record()]);
    expect(recordsToWrite(intact, known)).toEqual([]);
  });

  it('stops the run when no node has another copy, and is named with the choices', () => {
    const findings = lostRecords(node, damaged, mergedRecords([damaged, facts({})]));
    expect(findings).toMatchObject([{ code: 'STATE_UNEXPECTED', where: 'nm1' }]);
    expect(findings[0]?.found).toContain('/data/eggroll/.eggroll-upgrade/runs/run-1/record.json is damaged');
    expect(findings[0]?.found).toContain('the run holds no old folders here');
    expect(findings[0] && remedyOf(findings[0])).toMatch(/unharmed copy.*move .*runs\/run-1 out/);
  });
});

describe('a record that is missing', () => {
  it('is written anew where the run has left old folders', () => {
    expect(recordsToWrite(withBackup, mergedRecords([withBackup, intact]))).toEqual([record()]);
  });

  it('stops the run where old folders are and no node has a copy', () => {
    expect(lostRecords(node, withBackup, mergedRecords([withBackup]))).toMatchObject([
      { found: expect.stringMatching(/record.json is missing.*backup holds old folders/) },
    ]);
  });

  it('is normal where the run has left nothing else: it was killed when it wrote it for the first time', () => {
    const known = mergedRecords([bare, intact]);
    expect([lostRecords(node, bare, known), recordsToWrite(bare, known)]).toEqual([[], []]);
    expect(recordsToWrite(facts({}), known)).toEqual([]);
  });
});

describe('conflicts', () => {
  const found = (...records: RunRecord[]) => conflicts(mergedRecords([{ records }]));

  it('finds none among runs that followed each other', () => {
    expect(found()).toEqual([]);
    expect(found(record(), record({ run: 'run-2', sequence: 2, state: 'open' }))).toEqual([]);
    expect(found(record({ state: 'open' }), record({ state: 'finished' }))).toEqual([]);
  });

  it('names a run that is unfinished although another came after it', () => {
    const other = record({ run: 'run-2', sequence: 2, hosts: ['nm3:22'] });
    expect(found(record({ state: 'recovering' }), other)).toMatchObject([
      { code: 'RUN_CONFLICT', found: expect.stringContaining('Run run-1 on nm1:22, nm2:22 is unfinished') },
    ]);
  });

  it('refuses two runs of the same nodes with the same number', () => {
    expect(found(record(), record({ run: 'run-2' }))).toMatchObject([{ code: 'STATE_UNEXPECTED' }]);
    expect(found(record(), record({ run: 'run-2', hosts: ['nm3:22'] }))).toEqual([]);
  });
});
