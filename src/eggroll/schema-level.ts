// Which level of the eggroll_meta schema a database has, told by its columns. Facts: EGGROLL.md section 5.

/**
 * Named after the first release that has it: `2.2.0` also 2.3.0, `2.2.1` also every 2.4.x, `2.5` is 2.5.1 and later and 3.0.0-beta.
 * `seed-migrated` is 2.2.1 as the upgrade guide's SQL makes it, with a misnamed key column.
 */
export type SchemaLevel = '2.0' | '2.1' | '2.2.0' | '2.2.1' | 'seed-migrated' | '2.5' | '3.0';

export interface ColumnFact {
  readonly table: string;
  readonly column: string;
  /** As information_schema.columns.column_type gives it: `bigint(20) unsigned`, `varchar(767)`. */
  readonly type: string;
  readonly nullable: boolean;
}

/** A column of an index; `prefix` is null where the index covers the whole column. */
export interface IndexFact {
  readonly table: string;
  readonly column: string;
  readonly prefix: number | null;
}

export interface SchemaDetection {
  readonly level: SchemaLevel | 'unknown';
  /** For `unknown`: each difference to the nearest level. */
  readonly reasons: readonly string[];
  /** session_option's key column has the guide's wrong name, store_option_id. */
  readonly misnamedOptionId: boolean;
  /** store_option.store_locator_id became a number and lost its NOT NULL, as the guide's SQL leaves it. */
  readonly nullableLocatorId: boolean;
}

const baseTables = [
  'store_locator',
  'store_option',
  'store_partition',
  'server_node',
  'session_main',
  'session_option',
  'session_processor',
];

const tablesOf25 = ['processor_resource', 'node_resource', 'session_ranks'];

const columnsOf30 = [
  'session_main.status_reason',
  'session_main.before_status',
  'session_processor.before_status',
  'store_locator.key_serdes_type',
  'store_locator.value_serdes_type',
  'store_locator.partitioner_type',
];

type Profile = Readonly<Record<string, string>>;

const textId = 'varchar(2000)';
const shortId = 'varchar(767)';

const first: Profile = {
  'store_option.store_locator_id': textId,
  'store_option.store_option_id': 'absent',
  'session_option.session_option_id': 'absent',
  'session_main.session_id': textId,
  'session_processor.session_id': textId,
  'session_processor.processor_option': 'absent',
  ...same(tablesOf25, 'absent'),
  ...same(columnsOf30, 'absent'),
};
const second: Profile = { ...first, 'store_option.store_locator_id': 'bigint' };
const third: Profile = {
  ...second,
  'store_option.store_option_id': 'present',
  'session_option.session_option_id': 'present',
  'session_main.session_id': shortId,
  'session_processor.session_id': shortId,
};
const fourth: Profile = { ...third, 'session_processor.processor_option': 'present', ...same(tablesOf25, 'present') };
const fifth: Profile = { ...fourth, ...same(columnsOf30, 'present') };

const misnamed = (profile: Profile): Profile => ({ ...profile, 'session_option.session_option_id': 'misnamed' });

const profiles: readonly (readonly [SchemaLevel, Profile])[] = [
  ['2.0', first],
  ['2.2.0', second],
  ['2.2.1', third],
  ['seed-migrated', misnamed(third)],
  // The list for 2.2.x run on 2.0.x: without its first statement.
  ['seed-migrated', misnamed({ ...third, 'store_option.store_locator_id': textId })],
  ['2.5', fourth],
  ['2.5', misnamed(fourth)],
  ['3.0', fifth],
  ['3.0', misnamed(fifth)],
];

/**
 * Tells the level of a schema. Tables that are not EggRoll's are ignored. 2.1.0 and 2.2.0 have the same columns: without `indexes`
 * both are reported as `2.2.0`. A schema between two levels (a migration that stopped half-way) is `unknown`, with every difference.
 */
export function detectSchemaLevel(columns: readonly ColumnFact[], indexes: readonly IndexFact[] = []): SchemaDetection {
  const known = new Map(columns.map((column) => [`${column.table}.${column.column}`.toLowerCase(), column]));
  const tables = new Set(columns.map((column) => column.table.toLowerCase()));
  const locatorId = known.get('store_option.store_locator_id');
  const nullableLocatorId = locatorId?.nullable === true && isBigint(locatorId);
  const missing = baseTables.filter((table) => !tables.has(table));
  if (missing.length > 0) {
    const reasons = [`These tables of EggRoll are missing: ${missing.join(', ')}.`];
    return { level: 'unknown', reasons, misnamedOptionId: false, nullableLocatorId };
  }
  const found = profileOf(known, tables);
  const misnamedOptionId = found['session_option.session_option_id'] === 'misnamed';
  const [level, differences] = nearest(found);
  if (differences.length > 0) {
    const reasons = [`The schema is not quite that of ${level}.`, ...differences];
    return { level: 'unknown', reasons, misnamedOptionId, nullableLocatorId };
  }
  const isOlderTwin =
    level === '2.2.0' && indexes.some((index) => baseTables.includes(index.table) && index.prefix === 768);
  return { level: isOlderTwin ? '2.1' : level, reasons: [], misnamedOptionId, nullableLocatorId };
}

function profileOf(known: ReadonlyMap<string, ColumnFact>, tables: ReadonlySet<string>): Profile {
  const presence = (name: string) => (known.has(name) ? 'present' : 'absent');
  const type = (name: string) => {
    const column = known.get(name);
    if (!column) return 'absent';
    return isBigint(column) ? 'bigint' : column.type.toLowerCase();
  };
  const wrongName = known.has('session_option.store_option_id') && !known.has('session_option.session_option_id');
  return {
    'store_option.store_locator_id': type('store_option.store_locator_id'),
    'store_option.store_option_id': presence('store_option.store_option_id'),
    'session_option.session_option_id': wrongName ? 'misnamed' : presence('session_option.session_option_id'),
    'session_main.session_id': type('session_main.session_id'),
    'session_processor.session_id': type('session_processor.session_id'),
    'session_processor.processor_option': presence('session_processor.processor_option'),
    ...Object.fromEntries(tablesOf25.map((table) => [table, tables.has(table) ? 'present' : 'absent'])),
    ...Object.fromEntries(columnsOf30.map((column) => [column, presence(column)])),
  };
}

function isBigint({ type }: ColumnFact): boolean {
  return type.toLowerCase().startsWith('bigint');
}

function nearest(found: Profile): [level: SchemaLevel, differences: string[]] {
  const [best = ['2.0', first] as const] = profiles.toSorted(
    ([, left], [, right]) => differencesOf(found, left).length - differencesOf(found, right).length,
  );
  return [best[0], differencesOf(found, best[1])];
}

function differencesOf(found: Profile, wanted: Profile): string[] {
  return Object.entries(wanted)
    .filter(([name, value]) => found[name] !== value)
    .map(([name, value]) => `${name} is ${found[name] ?? 'absent'}, expected ${value}.`);
}

function same(names: readonly string[], value: string): Profile {
  return Object.fromEntries(names.map((name) => [name, value]));
}
