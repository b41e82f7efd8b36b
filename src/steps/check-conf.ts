// What a person should know of the conf that the nodes get. A part of the preflight of a new run.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { propertiesPath } from '../eggroll/own-files.ts';
import { readProperties } from '../eggroll/properties.ts';
import { perNodeKeys } from '../eggroll/property-facts.ts';
import { currentPackage, type World } from './world.ts';

/** With CONF_POLICY=package, what the package has is asked for: also where it makes nodes equal that must differ. */
export async function warnOfConf(world: World): Promise<void> {
  const { config, emit, say } = world;
  const { tree, root } = currentPackage(world);
  if (config.confPolicy !== 'package' || config.hosts.length < 2 || !tree.has(propertiesPath)) return;
  const values = readProperties(await readFile(join(root, propertiesPath), 'latin1'));
  const equal = [...perNodeKeys.keys()].filter((key) => (values.get(key) ?? '') !== '');
  if (equal.length === 0) return;
  const message = say(
    "CONF_POLICY=package gives every node the same {keys}, which must differ between nodes. Leave them out of the package's {path}, or take CONF_POLICY=merge.",
    { keys: equal.join(' and '), path: propertiesPath },
  );
  emit({ type: 'warning', message });
}
