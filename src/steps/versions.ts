// The EggRoll version of a node's home, from what inspect.sh has found.

import type { NodeFacts } from '../cluster/facts.ts';
import { detectVersion, type VersionDetection } from '../eggroll/versions.ts';

export function homeVersion({ initPy, jars }: NodeFacts): VersionDetection {
  return detectVersion({ jars, ...(initPy === undefined ? {} : { initPy }) });
}
