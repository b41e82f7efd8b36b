// bin/eggroll.sh of a release: one of the scripts under assets/, with the few lines that differ between neighbours.

import { readFileSync } from 'node:fs';
import { type Release, type ScriptKind, scriptKind } from './releases.ts';

/** Text of bin/eggroll.sh. Behaves as EGGROLL.md section 4 says for that release. */
export function serviceScript(version: Release): string {
  const { asset, changes } = variants[scriptKind(version)];
  const text = readFileSync(new URL(`./assets/${asset}`, import.meta.url), 'utf8');
  return changes.reduce((changed, [line, other]) => replaceOnce(changed, line, other), text);
}

interface Variant {
  readonly asset: string;
  readonly changes: readonly (readonly [line: string, other: string])[];
}

const variants: Readonly<Record<ScriptKind, Variant>> = {
  // 2.0.0 keeps its pid files in the home; from 2.0.1 on they lie in bin.
  '2.0.0': { asset: 'eggroll-2.0.sh', changes: [[`pid_file_name='bin/%s'`, `pid_file_name='%s_pid'`]] },
  '2.0.1': { asset: 'eggroll-2.0.sh', changes: [] },
  // 2.2.0 loses what follows a second `=` in a value.
  '2.2.0': { asset: 'eggroll-2.2.sh', changes: [["value_fields='2-'", "value_fields='2'"]] },
  '2.2.1': { asset: 'eggroll-2.2.sh', changes: [] },
  '3.0.0': { asset: 'eggroll-3.0.sh', changes: [] },
};

function replaceOnce(text: string, line: string, other: string): string {
  const [before, after, ...rest] = text.split(line);
  if (before === undefined || after === undefined || rest.length > 0) {
    throw new Error(`The script asset must hold exactly one ${line}.`);
  }
  return before + other + after;
}
