// Taking over a run that is on the nodes already: to resume it, or to take it back.

import { UpgradeError } from '../engine/errors.ts';
import type { RunRecord } from '../engine/record.ts';
import { hostNames, mergeRecords } from './run-records.ts';
import type { World } from './world.ts';

/** Makes the run of these records the current one. Throws RUN_CONFLICT when it covers other hosts or another database than are configured. */
export function adopt(world: World, records: readonly RunRecord[]): void {
  const record = mergeRecords(records);
  if (!record) return;
  refuseOtherHosts(world, record);
  refuseOtherDatabase(world, record);
  const { run: id, sequence, from, to, packageDigest, planHash, hosts, database } = record;
  const services = new Map(Object.entries(record.services));
  world.run = { id, sequence, from, to, packageDigest, planHash, hosts, database, services };
  for (const { name } of world.nodes) if (!world.versionsBefore.has(name)) world.versionsBefore.set(name, from);
  world.adoptRun(id);
}

/** A run covers its hosts as a whole: with other lists some of them would be left behind. */
function refuseOtherHosts(world: World, { run, hosts }: RunRecord): void {
  const given = hostNames(world);
  const missing = hosts.filter((host) => !given.includes(host));
  const extra = given.filter((host) => !hosts.includes(host));
  if (missing.length === 0 && extra.length === 0) return;
  const parts = [
    ...(missing.length > 0 ? [`missing now: ${missing.join(', ')}`] : []),
    ...(extra.length > 0 ? [`not part of it: ${extra.join(', ')}`] : []),
  ];
  const found = `Run ${run} covers other hosts than the lists (${parts.join('; ')}).`;
  const remedy = 'Use the lists of that run.';
  throw new UpgradeError({ code: 'RUN_CONFLICT', where: 'NM_FILE and RS_FILE', found, remedy });
}

function refuseOtherDatabase(world: World, { run, database }: RunRecord): void {
  if (world.database?.name === database) return;
  const found = `Run ${run} worked on ${database ? `database ${database}` : 'no database'}, which is not what is configured now.`;
  const remedy = 'Set both as they were when that run began.';
  throw new UpgradeError({ code: 'RUN_CONFLICT', where: 'MYSQL_DB and MYSQL_FILE', found, remedy });
}
