// The built-in migrations of eggroll_meta (MYSQL_FILE=auto), and what tells whether one is due. Facts: EGGROLL.md section 5.
// Where the upgrade guide's SQL goes wrong (a nullable store_locator_id, a misnamed key column, 3.x scripts that cannot run), these do not.

import type { SchemaLevel } from './schema-level.ts';
import { compareVersions } from './versions.ts';

export {
  detectSchemaLevel,
  type SchemaLevel,
} from './schema-level.ts';

export type BuiltInMigration = { readonly statements: readonly string[] } | { readonly refusal: string };

export interface SchemaFlaws {
  /** See `SchemaDetection`. */
  readonly misnamedOptionId?: boolean;
  readonly nullableLocatorId?: boolean;
}

const ranks: Record<SchemaLevel, number> = {
  '2.0': 0,
  '2.1': 1,
  '2.2.0': 1,
  '2.2.1': 2,
  'seed-migrated': 2,
  '2.5': 3,
  '3.0': 4,
};

/** The schema level that a version's own create script makes; undefined for text that is no version of EggRoll 2.0.0 or later. */
export function levelOfVersion(version: string): SchemaLevel | undefined {
  const isBefore = (other: string) => compareVersions(version, other) < 0;
  if (!/^\d+\.\d+\.\d+/.test(version) || isBefore('2.0.0')) return undefined;
  if (isBefore('2.1.0')) return '2.0';
  if (isBefore('2.2.0')) return '2.1';
  if (isBefore('2.2.1') || /^2\.3\.0(?!\d)/.test(version)) return '2.2.0';
  if (isBefore('2.5.1-0')) return '2.2.1';
  return isBefore('3.0.0') ? '2.5' : '3.0';
}

/** Whether eggroll.properties (see `readProperties`) names an H2 file instead of a MySQL server: there is nothing to migrate then. */
export function isH2Url(properties: ReadonlyMap<string, string>): boolean {
  const jdbc = 'eggroll.resourcemanager.clustermanager.jdbc';
  const driver = properties.get(`${jdbc}.driver.class.name`) ?? '';
  return driver === 'org.h2.Driver' || (properties.get(`${jdbc}.url`) ?? '').startsWith('jdbc:h2:');
}

/**
 * The statements that bring a schema from one level to another, in order, each to be run on its own; empty when nothing is due.
 * Refused for a target that is older, and for `seed-migrated` as a target. Needs a strict sql_mode: a value that does not fit
 * must fail, not be cut.
 */
export function builtInMigration(level: SchemaLevel, target: SchemaLevel, flaws: SchemaFlaws = {}): BuiltInMigration {
  if (target === 'seed-migrated') return { refusal: 'seed-migrated is a flawed 2.2.1; it is no level to migrate to.' };
  const from = ranks[level];
  // 2.3.0 came after 2.2.1 but has the older schema; it runs with the newer one as well.
  const to = from === 2 && ranks[target] === 1 ? 2 : ranks[target];
  if (to < from)
    return {
      refusal: `The schema is at level ${level}, which is newer than ${target}; it cannot be taken back by SQL.`,
    };
  const repairs = [
    ...(level === 'seed-migrated' || flaws.misnamedOptionId ? [renameOptionId] : []),
    ...(level === 'seed-migrated' || flaws.nullableLocatorId ? [numericLocatorId] : []),
  ];
  return { statements: [...repairs, ...stages.slice(from, to).flat()] };
}

const numericLocatorId = 'ALTER TABLE store_option MODIFY COLUMN store_locator_id BIGINT UNSIGNED NOT NULL';

const renameOptionId =
  'ALTER TABLE session_option CHANGE COLUMN store_option_id session_option_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT';

const tableOptions = 'ENGINE=InnoDB DEFAULT CHARACTER SET latin1 COLLATE latin1_swedish_ci';

const timestamps = [
  'created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP',
  'updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP',
];

// Entry k leads from rank k to rank k + 1.
const stages: readonly (readonly string[])[] = [
  [numericLocatorId],
  [
    'ALTER TABLE store_option ADD COLUMN store_option_id SERIAL PRIMARY KEY FIRST',
    'ALTER TABLE session_option ADD COLUMN session_option_id SERIAL PRIMARY KEY FIRST',
    'ALTER TABLE session_main MODIFY COLUMN session_id VARCHAR(767) NOT NULL',
    'ALTER TABLE session_processor MODIFY COLUMN session_id VARCHAR(767)',
  ],
  [
    'ALTER TABLE session_processor ADD COLUMN processor_option VARCHAR(512) AFTER transfer_endpoint',
    createTable('processor_resource', [
      'id SERIAL PRIMARY KEY',
      'processor_id BIGINT NOT NULL',
      'session_id VARCHAR(767)',
      'server_node_id INT NOT NULL',
      'resource_type VARCHAR(255)',
      'allocated BIGINT NOT NULL DEFAULT 0',
      'extention VARCHAR(512)',
      'status VARCHAR(255)',
      'pid INT NOT NULL DEFAULT -1',
      ...timestamps,
      'INDEX idx_processor_id_processor_resource (processor_id)',
      'INDEX idx_node_id_processor_resource (server_node_id)',
      'INDEX idx_session_id_processor_resource (session_id)',
      'INDEX idx_node_status_processor_resource (server_node_id, resource_type, status)',
    ]),
    createTable('node_resource', [
      'resource_id SERIAL PRIMARY KEY',
      'server_node_id BIGINT NOT NULL',
      'resource_type VARCHAR(255)',
      ...['total', 'used', 'pre_allocated', 'allocated'].map((name) => `${name} BIGINT NOT NULL DEFAULT 0`),
      'extention VARCHAR(512)',
      'status VARCHAR(255)',
      ...timestamps,
      'INDEX idx_node_id_node_resource (server_node_id)',
      'INDEX idx_node_status_node_resource (server_node_id, status)',
      'UNIQUE INDEX idx_u_node_resource (server_node_id, resource_type)',
    ]),
    createTable('session_ranks', [
      'container_id SERIAL PRIMARY KEY',
      'session_id VARCHAR(767)',
      'server_node_id INT NOT NULL',
      'global_rank INT UNSIGNED NOT NULL',
      'local_rank INT UNSIGNED NOT NULL',
      'INDEX idx_session_id_session_ranks (session_id)',
    ]),
  ],
  [
    'ALTER TABLE session_main ADD COLUMN status_reason VARCHAR(255) AFTER status, ADD COLUMN before_status VARCHAR(255) AFTER status_reason',
    'ALTER TABLE session_processor ADD COLUMN before_status VARCHAR(255) AFTER status',
    // partitioner and serdes of 2.x stay: they have defaults, 3.x does not name them, and dropping them would lose data.
    'ALTER TABLE store_locator ADD COLUMN key_serdes_type INT NOT NULL DEFAULT 0 AFTER total_partitions, ADD COLUMN value_serdes_type INT NOT NULL DEFAULT 0 AFTER key_serdes_type, ADD COLUMN partitioner_type INT NOT NULL DEFAULT 0 AFTER value_serdes_type',
  ],
];

function createTable(name: string, parts: readonly string[]): string {
  return `CREATE TABLE ${name} (${parts.join(', ')}) ${tableOptions}`;
}
