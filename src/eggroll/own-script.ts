// A site's own copy of eggroll.sh (bin/fate-eggroll.sh of AnsibleFATE), which supervisord runs: it is carried over, and goes on starting
// what the release it was copied from has started. Facts: EGGROLL.md section 4.

import { type ModuleName, mainClasses } from './services.ts';
import { generationOf } from './versions.ts';

export const ownScriptPath = 'bin/fate-eggroll.sh';

/** Classes that a script starts and that a version has under another name, of those modules. */
export function classesGone(script: string, modules: readonly ModuleName[], version: string): string[] {
  const generation = generationOf(version);
  if (!generation) return [];
  return modules.flatMap((module) => {
    const names = new Set(Object.values(mainClasses).flatMap((classes) => classes[module] ?? []));
    const next = mainClasses[generation][module];
    const isNamed = (name: string) => script.includes(shortName(name));
    if (next === undefined || isNamed(next)) return [];
    return [...names].filter(isNamed).map(shortName);
  });
}

// Scripts put names together from pieces, so the last piece has to do; where it says too little, with the one before it.
function shortName(className: string): string {
  const last = className.split('.').at(-1) ?? '';
  return ['Bootstrap', 'Proxy'].includes(last) ? className.split('.').slice(-2).join('.') : last;
}
