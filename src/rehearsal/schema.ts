// The eggroll_meta schema of every level as a table of facts (EGGROLL.md section 5), and the guide's statements for 2.0 to 2.2.

import { type Release, type SchemaLevel, schemaLevel, schemaLevels } from './releases.ts';

/** A column: its definition, and the levels that have it (`from` on, before `end`). */
interface ColumnFact {
  readonly name: string;
  readonly definition: string | ((level: SchemaLevel) => string);
  readonly from?: SchemaLevel;
  readonly end?: SchemaLevel;
}

interface TableFact {
  readonly name: string;
  readonly from?: SchemaLevel;
  readonly columns: readonly ColumnFact[];
  readonly keys: (level: SchemaLevel) => readonly string[];
}

function atLeast(level: SchemaLevel, floor: SchemaLevel): boolean {
  return schemaLevels.indexOf(level) >= schemaLevels.indexOf(floor);
}

const has = (level: SchemaLevel, fact: { from?: SchemaLevel; end?: SchemaLevel }) =>
  atLeast(level, fact.from ?? '2.0') && !(fact.end && atLeast(level, fact.end));

/** Length of an index prefix over a wide column. */
function prefix(level: SchemaLevel): number {
  if (!atLeast(level, '2.2.0')) return 768;
  return atLeast(level, '2.2.1') ? 767 : 760;
}

const column = (name: string, definition: ColumnFact['definition'], from?: SchemaLevel, end?: SchemaLevel) => ({
  name,
  definition,
  ...(from && { from }),
  ...(end && { end }),
});
const serial = 'SERIAL PRIMARY KEY';
const id = 'BIGINT UNSIGNED NOT NULL';
const word = 'VARCHAR(255)';
const wide = (fallback?: string) => `VARCHAR(2000) NOT NULL${fallback === undefined ? '' : ` DEFAULT '${fallback}'`}`;
const sessionIdWidth = (level: SchemaLevel) => (atLeast(level, '2.2.1') ? 767 : 2000);
const optionalDates = [
  column('created_at', 'DATETIME DEFAULT CURRENT_TIMESTAMP'),
  column('updated_at', 'DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP'),
];
const dates = [
  column('created_at', 'DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP'),
  column('updated_at', 'DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP'),
];

const tables: readonly TableFact[] = [
  {
    name: 'store_locator',
    columns: [
      column('store_locator_id', serial),
      column('store_type', `${word} NOT NULL`),
      column('namespace', wide('DEFAULT')),
      column('name', wide()),
      column('path', wide('')),
      column('total_partitions', 'INT UNSIGNED NOT NULL'),
      column('key_serdes_type', 'INT NOT NULL DEFAULT 0', '3.0'),
      column('value_serdes_type', 'INT NOT NULL DEFAULT 0', '3.0'),
      column('partitioner_type', 'INT NOT NULL DEFAULT 0', '3.0'),
      column('partitioner', wide('BYTESTRING_HASH'), '2.0', '3.0'),
      column('serdes', wide(''), '2.0', '3.0'),
      column('version', 'INT UNSIGNED NOT NULL DEFAULT 0'),
      column('status', `${word} NOT NULL`),
      ...optionalDates,
    ],
    keys: (level) => [
      'UNIQUE KEY store_by_name (namespace(120), name(640))',
      'KEY store_by_type (store_type)',
      `KEY store_by_namespace (namespace(${prefix(level)}))`,
      `KEY store_by_plain_name (name(${prefix(level)}))`,
      'KEY store_by_status (status)',
      'KEY store_by_version (version)',
    ],
  },
  {
    name: 'store_option',
    columns: [
      column('store_option_id', serial, '2.2.1'),
      column('store_locator_id', (level) => (level === '2.0' ? 'VARCHAR(2000) NULL' : id)),
      column('name', `${word} NOT NULL`),
      column('data', wide('')),
      ...dates,
    ],
    keys: (level) => [`KEY option_by_store (store_locator_id${level === '2.0' ? '(768)' : ''})`],
  },
  {
    name: 'store_partition',
    columns: [
      column('store_partition_id', serial),
      column('store_locator_id', id),
      column('node_id', id),
      column('partition_id', 'INT UNSIGNED NOT NULL'),
      column('status', `${word} NOT NULL`),
      ...optionalDates,
    ],
    keys: () => [
      'UNIQUE KEY partition_place (store_locator_id, store_partition_id, node_id)',
      'KEY partition_by_store (store_locator_id)',
      'KEY partition_by_node (node_id)',
      'KEY partition_by_status (status)',
    ],
  },
  {
    name: 'server_node',
    columns: [
      column('server_node_id', serial),
      column('name', wide('')),
      column('server_cluster_id', 'BIGINT UNSIGNED NOT NULL DEFAULT 0'),
      column('host', 'VARCHAR(1000) NOT NULL'),
      column('port', 'INT NOT NULL'),
      column('node_type', `${word} NOT NULL`),
      column('status', `${word} NOT NULL`),
      column('last_heartbeat_at', 'DATETIME NULL ON UPDATE CURRENT_TIMESTAMP'),
      ...dates,
    ],
    keys: (level) => [
      `KEY node_by_place (${atLeast(level, '2.2.0') ? 'host(600), port, node_type(100)' : 'host, port, node_type'})`,
      `KEY node_by_host (host(${prefix(level)}))`,
      'KEY node_by_cluster (server_cluster_id)',
      'KEY node_by_type (node_type)',
      'KEY node_by_status (status)',
    ],
  },
  {
    name: 'session_main',
    columns: [
      column('session_id', (level) => `VARCHAR(${sessionIdWidth(level)}) NOT NULL PRIMARY KEY`),
      column('name', wide('')),
      column('status', `${word} NOT NULL`),
      column('status_reason', `${word} NULL`, '3.0'),
      column('before_status', `${word} NULL`, '3.0'),
      column('tag', `${word} NULL`),
      column('total_proc_count', 'INT NULL'),
      column('active_proc_count', 'INT NULL'),
      ...dates,
    ],
    keys: () => ['KEY session_by_status (status)'],
  },
  {
    name: 'session_option',
    columns: [
      column('session_option_id', serial, '2.2.1'),
      column('session_id', 'VARCHAR(2000) NULL'),
      column('name', `${word} NOT NULL`),
      column('data', wide('')),
      ...dates,
    ],
    keys: (level) => [`KEY option_by_session (session_id(${prefix(level)}))`],
  },
  {
    name: 'session_processor',
    columns: [
      column('processor_id', serial),
      column('session_id', (level) => `VARCHAR(${sessionIdWidth(level)}) NULL`),
      column('server_node_id', 'INT NOT NULL'),
      column('processor_type', `${word} NOT NULL`),
      column('status', `${word} NULL`),
      column('before_status', `${word} NULL`, '3.0'),
      column('tag', `${word} NULL`),
      column('command_endpoint', `${word} NULL`),
      column('transfer_endpoint', `${word} NULL`),
      column('processor_option', 'VARCHAR(512) NULL', '2.5'),
      column('pid', 'INT NOT NULL DEFAULT -1'),
      ...dates,
    ],
    keys: (level) => [`KEY processor_by_session (session_id${atLeast(level, '2.2.1') ? '' : `(${prefix(level)})`})`],
  },
  {
    name: 'processor_resource',
    from: '2.5',
    columns: [
      column('id', serial),
      column('processor_id', 'BIGINT NOT NULL'),
      column('session_id', 'VARCHAR(767) NULL'),
      column('server_node_id', 'INT NOT NULL'),
      column('resource_type', `${word} NULL`),
      column('allocated', 'BIGINT NOT NULL DEFAULT 0'),
      column('extention', 'VARCHAR(512) NULL'),
      column('status', `${word} NULL`),
      column('pid', 'INT NOT NULL DEFAULT -1'),
      ...dates,
    ],
    keys: () => [
      'KEY resource_by_processor (processor_id)',
      'KEY resource_by_node (server_node_id)',
      'KEY resource_by_session (session_id)',
      'KEY resource_by_state (server_node_id, resource_type, status)',
    ],
  },
  {
    name: 'node_resource',
    from: '2.5',
    columns: [
      column('resource_id', serial),
      column('server_node_id', 'BIGINT NOT NULL'),
      column('resource_type', `${word} NULL`),
      column('total', 'BIGINT NOT NULL DEFAULT 0'),
      column('used', 'BIGINT NOT NULL DEFAULT 0'),
      column('pre_allocated', 'BIGINT NOT NULL DEFAULT 0'),
      column('allocated', 'BIGINT NOT NULL DEFAULT 0'),
      column('extention', 'VARCHAR(512) NULL'),
      column('status', `${word} NULL`),
      ...dates,
    ],
    keys: () => [
      'UNIQUE KEY node_resource_kind (server_node_id, resource_type)',
      'KEY node_resource_by_node (server_node_id)',
      'KEY node_resource_by_status (server_node_id, status)',
    ],
  },
  {
    name: 'session_ranks',
    from: '2.5',
    columns: [
      column('container_id', serial),
      column('session_id', 'VARCHAR(767) NULL'),
      column('server_node_id', 'INT NOT NULL'),
      column('global_rank', 'INT UNSIGNED NOT NULL'),
      column('local_rank', 'INT UNSIGNED NOT NULL'),
    ],
    keys: () => ['KEY rank_by_session (session_id)'],
  },
];

/** The CREATE TABLE statements of a release, for the selected database. */
export function schemaSql(version: Release): string {
  const level = schemaLevel(version);
  const present = tables.filter((table) => has(level, table));
  return present.map((table) => createTable(table, level)).join('\n');
}

/** Names of the columns of every table at a level. */
export function columnsAt(level: SchemaLevel): ReadonlyMap<string, readonly string[]> {
  return new Map(
    tables
      .filter((table) => has(level, table))
      .map((table) => [table.name, table.columns.filter((fact) => has(level, fact)).map((fact) => fact.name)]),
  );
}

function createTable(table: TableFact, level: SchemaLevel): string {
  const columns = table.columns
    .filter((fact) => has(level, fact))
    .map(({ name, definition }) => `${name} ${typeof definition === 'string' ? definition : definition(level)}`);
  const body = [...columns, ...table.keys(level)].map((line) => `  ${line}`).join(',\n');
  return `CREATE TABLE ${table.name} (\n${body}\n) ENGINE=InnoDB DEFAULT CHARACTER SET latin1 COLLATE latin1_swedish_ci;\n`;
}
