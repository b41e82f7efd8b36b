import { describe, expect, it } from 'vitest';
import { type ColumnFact, detectSchemaLevel } from '../../../src/eggroll/schema-level.ts';

type Columns = Record<string, string>;

const old: Columns = {
  'store_locator.store_locator_id': 'bigint unsigned',
  'store_option.store_locator_id': 'varchar(2000)?',
  'store_partition.store_partition_id': 'bigint unsigned',
  'server_node.server_node_id': 'bigint unsigned',
  'session_main.session_id': 'varchar(2000)',
  'session_option.session_id': 'varchar(2000)?',
  'session_processor.session_id': 'varchar(2000)?',
  't_job.f_job_id': 'varchar(25)',
};
const v22: Columns = { ...old, 'store_option.store_locator_id': 'bigint(20) unsigned' };
const v221: Columns = {
  ...v22,
  'store_option.store_option_id': 'bigint unsigned',
  'session_option.session_option_id': 'bigint unsigned',
  'session_main.session_id': 'VARCHAR(767)',
  'session_processor.session_id': 'varchar(767)?',
};
const { 'session_option.session_option_id': _, ...withoutName } = v221;
const seed: Columns = {
  ...withoutName,
  'session_option.store_option_id': 'bigint unsigned',
  'store_option.store_locator_id': 'bigint unsigned?',
};
const v25: Columns = {
  ...v221,
  'session_processor.processor_option': 'varchar(512)?',
  'processor_resource.id': 'bigint unsigned',
  'node_resource.resource_id': 'bigint unsigned',
  'session_ranks.container_id': 'bigint unsigned',
};
const v30: Columns = {
  ...v25,
  'session_main.status_reason': 'varchar(255)?',
  'session_main.before_status': 'varchar(255)?',
  'session_processor.before_status': 'varchar(255)?',
  'store_locator.key_serdes_type': 'int',
  'store_locator.value_serdes_type': 'int',
  'store_locator.partitioner_type': 'int',
};

const facts = (columns: Columns): ColumnFact[] =>
  Object.entries(columns).map(([name, text]) => {
    const [table = '', column = ''] = name.split('.');
    return { table, column, type: text.replace('?', ''), nullable: text.endsWith('?') };
  });

const without = (columns: Columns, name: string): Columns =>
  Object.fromEntries(Object.entries(columns).filter(([key]) => key !== name));

describe('detectSchemaLevel', () => {
  it.each([
    ['2.0', old],
    ['2.2.0', v22],
    ['2.2.1', v221],
    ['seed-migrated', seed],
    ['seed-migrated', { ...seed, 'store_option.store_locator_id': 'varchar(2000)?' }],
    ['2.5', v25],
    ['3.0', v30],
  ])('tells %s', (level, columns) => {
    expect(detectSchemaLevel(facts(columns))).toMatchObject({ level, reasons: [] });
  });

  it('tells 2.1 from 2.2.0 by the length of index prefixes', () => {
    const index = { table: 'store_locator', column: 'namespace' };
    expect(detectSchemaLevel(facts(v22), [{ ...index, prefix: 768 }]).level).toBe('2.1');
    expect(detectSchemaLevel(facts(v22), [{ ...index, prefix: 760 }]).level).toBe('2.2.0');
  });

  it("tells what the guide's SQL left behind, also after 2.5", () => {
    expect(detectSchemaLevel(facts(seed))).toMatchObject({ misnamedOptionId: true, nullableLocatorId: true });
    const later = { ...without(v25, 'session_option.session_option_id'), 'session_option.store_option_id': 'bigint' };
    expect(detectSchemaLevel(facts(later))).toMatchObject({
      level: '2.5',
      misnamedOptionId: true,
      nullableLocatorId: false,
    });
  });

  it('takes no text for a flawed number: the migration makes one that may not be NULL', () => {
    const columns = facts(old).map((column) => ({ ...column, nullable: true }));
    expect(detectSchemaLevel(columns)).toMatchObject({ level: '2.0', nullableLocatorId: false });
  });

  it('names the differences of a migration that stopped half-way', () => {
    const half = { ...v22, 'store_option.store_option_id': 'bigint unsigned' };
    expect(detectSchemaLevel(facts(half))).toMatchObject({
      level: 'unknown',
      reasons: ['The schema is not quite that of 2.2.0.', 'store_option.store_option_id is present, expected absent.'],
    });
    expect(detectSchemaLevel(facts(without(v30, 'session_processor.before_status')))).toMatchObject({
      level: 'unknown',
      reasons: [expect.stringContaining('3.0'), expect.stringContaining('session_processor.before_status')],
    });
  });

  const unmarked = ['t_job.f_job_id', 'store_locator.store_locator_id', 'session_option.session_id'];

  it.each(Object.keys(v30).filter((name) => !unmarked.includes(name)))('never takes 3.0 without %s for 3.0', (name) => {
    expect(detectSchemaLevel(facts(without(v30, name))).level).toBe('unknown');
  });

  it('says which tables are missing', () => {
    expect(detectSchemaLevel(facts({ 't_job.f_id': 'int', 'store_locator.x': 'int' }))).toMatchObject({
      level: 'unknown',
      reasons: [expect.stringContaining('store_option, store_partition')],
    });
    expect(detectSchemaLevel([]).level).toBe('unknown');
  });
});
