// Rows of a lived-in eggroll_meta: nodes, sessions and stores. Same input, same rows.

import { type Release, schemaLevel, schemaLevels } from './releases.ts';

export interface SeedOptions {
  /** Default 20. */
  readonly sessions?: number;
  /** Default 50. */
  readonly stores?: number;
  /** Hosts that run a NodeManager; the first runs the ClusterManager too. */
  readonly hosts?: readonly string[];
}

type Value = string | number | null;

/** INSERT statements for the selected database; the schema of the release must be there. */
export function seedSql(version: Release, options: SeedOptions = {}): string {
  const hosts = options.hosts ?? ['nm1', 'nm2', 'nm3'];
  const sessions = Array.from({ length: options.sessions ?? 20 }, (_, index) => index + 1);
  const stores = Array.from({ length: options.stores ?? 50 }, (_, index) => index + 1);
  const nodeOf = (index: number) => (index % hosts.length) + 1;
  return [
    insert(
      'server_node',
      ['server_node_id', 'host', 'port', 'node_type', 'status'],
      [
        ...hosts.map((host, index) => [index + 1, host, 4671, 'NODE_MANAGER', 'HEALTHY']),
        [hosts.length + 1, hosts[0] ?? 'localhost', 4670, 'CLUSTER_MANAGER', 'HEALTHY'],
      ],
    ),
    insert(
      'session_main',
      ['session_id', 'name', 'status', 'tag', 'total_proc_count', 'active_proc_count'],
      sessions.map((number) => [sessionId(number), '', number % 4 === 0 ? 'KILLED' : 'CLOSED', null, hosts.length, 0]),
    ),
    insert(
      'session_option',
      ['session_id', 'name', 'data'],
      sessions.map((number) => [sessionId(number), 'eggroll.session.processors.per.node', '4']),
    ),
    insert(
      'session_processor',
      ['processor_id', 'session_id', 'server_node_id', 'processor_type', 'status', 'command_endpoint', 'pid'],
      sessions.map((number) => [
        number,
        sessionId(number),
        nodeOf(number),
        'egg_pair',
        'STOPPED',
        `${hosts[nodeOf(number) - 1] ?? ''}:${40_000 + number}`,
        10_000 + number,
      ]),
    ),
    insert(
      'store_locator',
      ['store_locator_id', 'store_type', 'namespace', 'name', 'total_partitions', 'status'],
      stores.map((number) => [
        number,
        'ROLLPAIR_LMDB',
        `experiment "${number % 5}"`,
        `table;${number} d'essai\\${'x'.repeat(number % 7)}`,
        4,
        'NORMAL',
      ]),
    ),
    insert(
      'store_option',
      ['store_locator_id', 'name', 'data'],
      // In 2.0 the column is a text that holds numbers.
      stores.map((number) => [isTextId(version) ? String(number) : number, 'cacheable', 'true']),
    ),
    insert(
      'store_partition',
      ['store_partition_id', 'store_locator_id', 'node_id', 'partition_id', 'status'],
      stores.flatMap((number) =>
        [0, 1, 2, 3].map((part) => [(number - 1) * 4 + part + 1, number, nodeOf(part), part, 'PRIMARY']),
      ),
    ),
  ].join('');
}

const sessionId = (number: number) => `2020${String(number).padStart(8, '0')}_dataio_0_0_guest_9999`;

function isTextId(version: Release): boolean {
  return schemaLevels.indexOf(schemaLevel(version)) === 0;
}

function insert(table: string, columns: readonly string[], rows: readonly (readonly Value[])[]): string {
  if (rows.length === 0) return '';
  const names = [...columns, 'created_at', 'updated_at'].join(', ');
  const values = rows.map((row, index) => `  (${[...row, moment(index), moment(index + 60)].map(literal).join(', ')})`);
  return `INSERT INTO ${table} (${names}) VALUES\n${values.join(',\n')};\n`;
}

function moment(minutes: number): string {
  return new Date(Date.UTC(2020, 6, 1) + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');
}

function literal(value: Value): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
