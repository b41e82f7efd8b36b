import { describe, expect, it } from 'vitest';
import { parseRecord, type RunRecord, serialiseRecord } from '../../../src/engine/record.ts';
import { seal } from '../../../src/engine/sealed.ts';
import { everyCut, everyFlip } from '../../support/damage.ts';

const record: RunRecord = {
  schema: 1,
  run: '20260102-abcdef',
  sequence: 3,
  state: 'open',
  from: '2.0.2',
  to: '2.2.1',
  packageDigest: 'a'.repeat(64),
  hosts: ['nm1:22', 'nm2:2222'],
  fateFlow: { host: 'nm1', ran: true },
  database: 'eggroll_meta',
  services: { nm1: ['clustermanager', 'nodemanager'], nm2: [] },
};

const { database: _, fateFlow: __, ...rest } = record;
const smallest: RunRecord = { ...rest, services: {} };

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
    ['null', 'null'],
    ['a number', '1'],
    ['another schema', { ...record, schema: 2 }],
    ['no schema', { ...record, schema: undefined }],
    ['an unknown state', { ...record, state: 'half' }],
    ['an empty run', { ...record, run: '' }],
    ['a sequence of 0', { ...record, sequence: 0 }],
    ['a sequence that is no whole number', { ...record, sequence: 1.5 }],
    ['a sequence as text', { ...record, sequence: '1' }],
    ['hosts as text', { ...record, hosts: 'nm1:22' }],
    ['a host that is a number', { ...record, hosts: [1] }],
    ['no services', { ...record, services: undefined }],
    ['services as text', { ...record, services: 'nodemanager' }],
    ["a node's services as text", { ...record, services: { nm1: 'nodemanager' } }],
    ['a database that is a number', { ...record, database: 1 }],
    ['a fate_flow without a host', { ...record, fateFlow: { ran: true } }],
    ['a fate_flow as text', { ...record, fateFlow: 'nm1' }],
    ['a fate_flow that ran or not, as text', { ...record, fateFlow: { host: 'nm1', ran: 'no' } }],
  ])('refuses %s', (_name, value) => {
    expect(parseRecord(typeof value === 'string' ? value : seal(value as object))).toBeUndefined();
  });

  it('refuses a record without its seal', () => {
    expect(parseRecord(JSON.stringify(record))).toBeUndefined();
  });

  it('refuses a record that was cut at any byte', () => {
    // Without its line end alone it is whole.
    for (const cut of everyCut(Buffer.from(serialiseRecord(record))).slice(0, -1)) {
      expect(parseRecord(cut), `cut at ${cut.length}`).toBeUndefined();
    }
  });

  it('never reads another value out of a flipped bit', () => {
    for (const flipped of everyFlip(Buffer.from(serialiseRecord(record)))) {
      const parsed = parseRecord(flipped);
      if (parsed) expect(parsed).toEqual(record);
    }
  });
});
