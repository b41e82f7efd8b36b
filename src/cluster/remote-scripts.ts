// The shell files that run on nodes, and how one is called. The text of a script travels on standard input, so that neither a
// process list nor EggRoll's own `ps | grep` ever sees it.

import { readFileSync } from 'node:fs';
import { shellWord } from '../engine/shell-words.ts';

const scriptNames = [
  'backup-drop',
  'backup-receive',
  'backup-send',
  'backup-state',
  'confirm-lock',
  'drop-run',
  'end-process',
  'hash',
  'fate-flow',
  'fate-flow-state',
  'inspect',
  'keep-hashes',
  'lock',
  'lock-owner',
  'log-tail',
  'manifest',
  'processes',
  'prune-run',
  'put-aside',
  'reach',
  'read-file',
  'service',
  'stage-copy',
  'stage-incoming',
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

/**
 * A script with its arguments. The node reads exactly the bytes of the text before it starts. The arguments are a part of it, quoted
 * for a POSIX shell: the login shell, which reads the command, may be any (csh, fish), and each of them quotes in its own way.
 */
export function invocation(name: ScriptName, args: readonly string[]): Invocation {
  const text = Buffer.from(`set -- ${args.map(shellWord).join(' ')}\n${prelude}\n${load(name)}`);
  return { command: `sh -c 'eval "$(head -c ${text.length})"' eggroll-upgrade-${name}`, text };
}

function load(name: string): string {
  return readFileSync(new URL(`./remote/${name}.sh`, import.meta.url), 'utf8');
}
