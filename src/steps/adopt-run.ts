// Taking over a run that is on the nodes already: to resume it, or to take it back.

import { UpgradeError } from '../engine/errors.ts';
import type { RunRecord } from '../engine/record.ts';
import { hostNames, isUnfinished, mergeRecords } from './run-records.ts';
import type { World } from './world.ts';

/** Makes the run of these records the current one. Throws RUN_CONFLICT when it covers other hosts, another database or another fate_flow than are configured. */
export function adopt(world: World, records: readonly RunRecord[]): void {
  const record = mergeRecords(records);
  if (!record) return;
  refuseOtherHosts(world, record);
  refuseOtherDatabase(world, record);
  refuseOtherFateFlow(world, record);
  const { run: id, sequence, from, to, packageDigest, planHash, hosts, database } = record;
  const services = new Map(Object.entries(record.services));
  // Of a fate_flow that has moved since, nothing is known yet.
  const fateFlow = record.fateFlow?.host === world.fateFlow?.name ? record.fateFlow : undefined;
  world.run = { id, sequence, from, to, packageDigest, planHash, hosts, fateFlow, database, services };
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

/** It may be down since an unfinished run has stopped it: nobody else would start it. */
function refuseOtherFateFlow({ fateFlow }: World, record: RunRecord): void {
  const { host, ran } = record.fateFlow ?? {};
  if (!ran || host === fateFlow?.name || !isUnfinished(record)) return;
  const found = `Run ${record.run} stops and starts fate_flow on ${host}, and now ${fateFlow ? `${fateFlow.name} is named` : 'no host is'}.`;
  const remedy = 'Set both as they were when that run began.';
  throw new UpgradeError({ code: 'RUN_CONFLICT', where: 'FATE_FLOW_HOST and FATE_FLOW_SERVICE', found, remedy });
}

function refuseOtherDatabase(world: World, { run, database }: RunRecord): void {
  if (world.database?.name === database) return;
  const found = `Run ${run} worked on ${database ? `database ${database}` : 'no database'}, which is not what is configured now.`;
  const remedy = 'Set both as they were when that run began.';
  throw new UpgradeError({ code: 'RUN_CONFLICT', where: 'MYSQL_DB and MYSQL_FILE', found, remedy });
}
