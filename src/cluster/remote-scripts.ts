// The shell files that run on nodes, and how one is called. The text of a script travels on standard input, so that neither a
// process list nor EggRoll's own `ps | grep` ever sees it.

import { readFileSync } from 'node:fs';
import { shellWord } from '../engine/shell-words.ts';

const scriptNames = [
  'backup-drop',
  'backup-receive',
  'backup-send',
  'backup-state',
  'drop-run',
  'end-process',
  'inspect',
  'lock',
  'lock-owner',
  'log-tail',
  'manifest',
  'processes',
  'prune-run',
  'put-aside',
  'read-file',
  'service',
  'stage-carry',
  'stage-drop',
  'stage-receive',
  'stage-remove',
  'switch',
  'switch-back',
  'switch-state',
  'tidy',
  'write-record',
] as const;

export type ScriptName = (typeof scriptNames)[number];

export interface Invocation {
  /** The command line for the node's login shell. */
  readonly command: string;
  /** Goes to standard input first; the script's own input follows. */
  readonly text: Buffer;
}

const prelude = load('prelude');

/** A script with its arguments, quoted for a POSIX shell. The node reads exactly the script's bytes before it starts. */
export function invocation(name: ScriptName, args: readonly string[]): Invocation {
  const text = Buffer.from(`${prelude}\n${load(name)}`);
  const words = [`eggroll-upgrade-${name}`, ...args].map(shellWord).join(' ');
  return { command: `sh -c 'eval "$(head -c ${text.length})"' ${words}`, text };
}

function load(name: string): string {
  return readFileSync(new URL(`./remote/${name}.sh`, import.meta.url), 'utf8');
}
