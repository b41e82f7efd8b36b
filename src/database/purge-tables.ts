// Which tables the guide's clean-up empties (EGGROLL.md sections 5 and 6).

import type { DatabaseConfig } from '../config/config.ts';
import type { Database } from './database.ts';
import { tableNames } from './fingerprint.ts';

/** FATE's own database where it does not share EggRoll's. */
export const fateSchema = 'fate_flow';

// Sessions and stores; never server_node, without which ClusterManager knows no nodes.
const eggrollTable = /^(?:session|store)_/;
const fateTables = new Set(
  (
    't_job t_task t_machine_learning_model_info t_model_tag t_tags t_model_operation_log t_engine_registry t_storage_table_meta ' +
    't_session_record t_queue t_data_view t_machine_learning_model_meta componentsummary trackingmetric trackingoutputdatainfo'
  ).split(' '),
);
// The tables of these names without a date are always empty: the rows are in one table per day.
const fateShard = /^t_(?:component_summary|tracking_metric|tracking_output_data_info)_\d{8}$/;

/** The schemas in which a purge may empty tables. */
export function schemasOf(db: Pick<Database, 'name'>): string[] {
  return db.name === fateSchema ? [db.name] : [db.name, fateSchema];
}

/** The tables of a schema that a purge of this kind empties. */
export async function purgedTables(db: Database, schema: string, which: DatabaseConfig['purge']): Promise<string[]> {
  return (await tableNames(db, schema)).filter((name) => isPurged(name, which, schema === db.name));
}

/** Does a purge of this kind empty the table? */
export function isPurged(table: string, which: DatabaseConfig['purge'], inEggroll: boolean): boolean {
  if (which === 'none') return false;
  const eggroll = inEggroll && which !== 'fate' && eggrollTable.test(table);
  return eggroll || (which !== 'eggroll' && (fateTables.has(table.toLowerCase()) || fateShard.test(table)));
}
