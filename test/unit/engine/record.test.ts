import { describe, expect, it } from 'vitest';
import { parseRecord, type RunRecord, serialiseRecord } from '../../../src/engine/record.ts';

const record: RunRecord = {
  schema: 1,
  run: '20260102-abcdef',
  sequence: 3,
  state: 'open',
  from: '2.0.2',
  to: '2.2.1',
  packageDigest: 'a'.repeat(64),
  hosts: ['nm1:22', 'nm2:2222'],
  database: 'eggroll_meta',
  services: ['clustermanager', 'nodemanager'],
};

const { database: _, services: __, ...smallest } = record;

describe('parseRecord', () => {
  it.each([record, smallest])('reads what was written', (written) => {
    expect(parseRecord(serialiseRecord(written))).toEqual(written);
  });

  it('is written on one line', () => {
    expect(serialiseRecord(record)).toMatch(/^[^\n]+\n$/);
  });

  it.each<[string, unknown]>([
    ['nothing', ''],
    ['a list', []],
    ['null', null],
    ['a number', 1],
    ['another schema', { ...record, schema: 2 }],
    ['no schema', { ...record, schema: undefined }],
    ['an unknown state', { ...record, state: 'half' }],
    ['an empty run', { ...record, run: '' }],
    ['a sequence of 0', { ...record, sequence: 0 }],
    ['a sequence that is no whole number', { ...record, sequence: 1.5 }],
    ['a sequence as text', { ...record, sequence: '1' }],
    ['hosts as text', { ...record, hosts: 'nm1:22' }],
    ['a host that is a number', { ...record, hosts: [1] }],
    ['services as text', { ...record, services: 'nodemanager' }],
    ['a database that is a number', { ...record, database: 1 }],
  ])('refuses %s', (_name, value) => {
    expect(parseRecord(typeof value === 'string' ? value : JSON.stringify(value))).toBeUndefined();
  });

  it('refuses a record that was cut at any byte', () => {
    const bytes = Buffer.from(serialiseRecord(record));
    // Without its line end alone it is whole.
    for (let length = 0; length < bytes.length - 1; length += 1) {
      expect(parseRecord(bytes.subarray(0, length).toString('utf8')), `cut at ${length}`).toBeUndefined();
    }
  });

  it('never throws on a flipped bit, and never makes another known state of it', () => {
    const bytes = Buffer.from(serialiseRecord(record));
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const parsed = parseRecord(flipped.toString('utf8'));
      if (parsed) expect(parsed.state).toBe('open');
    }
  });
});
