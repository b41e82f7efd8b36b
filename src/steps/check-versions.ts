// Do the versions of the nodes fit each other, the package and the database? A part of the preflight of a new run.

import { jumpNotes } from '../eggroll/compatibility.ts';
import { levelOfVersion } from '../eggroll/migrations.ts';
import type { Finding } from '../engine/errors.ts';
import { currentPackage, type World } from './world.ts';

/** Nodes that differ are a finding. What a person should know of this upgrade, and a schema of another version, are warnings. */
export function checkVersions(world: World): Finding[] {
  const { version: target } = currentPackage(world);
  const byVersion = Map.groupBy(world.versionsBefore, ([, version]) => version);
  byVersion.delete(target);
  const [from, ...others] = [...byVersion.keys()];
  if (others.length > 0) {
    const parts = [...byVersion].map(([version, nodes]) => `${version} on ${nodes.map(([name]) => name).join(', ')}`);
    return [{ code: 'VERSIONS_DIFFER', where: 'the cluster', found: `There is ${parts.join('; ')}.` }];
  }
  if (from !== undefined) {
    for (const message of jumpNotes(from, target) ?? []) world.emit({ type: 'warning', message });
    warnOfSchema(world, from);
  }
  return [];
}

function warnOfSchema({ database, schemaBefore, emit, say }: World, version: string): void {
  const expected = levelOfVersion(version);
  if (!database || !expected || schemaBefore === undefined || sameColumns(schemaBefore, expected)) return;
  const message = say(
    'The nodes are on version {version}, whose schema is called {expected} here; that of {database} is {found}. Were only the nodes, or only the database, upgraded before?',
    { version, expected, database: database.name, found: schemaBefore },
  );
  emit({ type: 'warning', message });
}

// Without its indexes, nobody can tell 2.1 from 2.2.0.
function sameColumns(one: string, other: string): boolean {
  const twins = ['2.1', '2.2.0'];
  return one === other || (twins.includes(one) && twins.includes(other));
}
