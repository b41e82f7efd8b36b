// The shell files that run on nodes, and how one is called. The text of a script travels on standard input, so that neither a
// process list nor EggRoll's own `ps | grep` ever sees it.

import { randomBytes } from 'node:crypto';
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
  'read-home',
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
 * `tag`, hexadecimal, comes after the name in the process list of the node, where it tells this call from others before the text has come.
 */
export function invocation(name: ScriptName, args: readonly string[], tag = ''): Invocation {
  return invocationOf(tag === '' ? name : `${name}-${tag}`, Buffer.from(textOf(name, args)));
}

/** A script that only reads, with its arguments. */
export type Question = readonly [name: ScriptName, args: readonly string[]];

/** What a script printed, and how it ended. */
export interface Answer {
  readonly stdout: Buffer;
  readonly exitCode: number;
}

export interface Questions extends Invocation {
  /** The answers in what the command printed after its first mark; fewer than questions when it did not come to its end. */
  answersIn(output: Buffer): Answer[];
}

/** Scripts that only read, one after the other in one command: a command costs a node more than a small script does. */
export function questions(scripts: readonly Question[]): Questions {
  // Whoever can choose the name of a file or a process must not be able to make an answer look ended.
  const word = randomBytes(8).toString('hex');
  // Each in a shell of its own, which alone ends where it fails.
  const texts = scripts.map(
    ([name, args]) => `(\nset -e\n${argumentsOf(args)}${load(name)})\nprintf '\\001${word} %s\\001' "$?"\n`,
  );
  return {
    ...invocationOf(scripts.map(([name]) => name).join('-'), Buffer.from(`${prelude}set +e\n${texts.join('')}`)),
    answersIn: (output) => answersIn(output, word),
  };
}

function answersIn(output: Buffer, word: string): Answer[] {
  const end = Buffer.from(`\u0001${word} `);
  const answers: Answer[] = [];
  for (let start = 0; ; ) {
    const at = output.indexOf(end, start);
    const after = output.indexOf(1, at + 1);
    if (at < 0 || after < 0) return answers;
    const exitCode = Number(output.subarray(at + end.length, after).toString('latin1'));
    answers.push({ stdout: output.subarray(start, at), exitCode });
    start = after + 1;
  }
}

function textOf(name: ScriptName, args: readonly string[]): string {
  return `${argumentsOf(args)}${prelude}${load(name)}`;
}

function argumentsOf(args: readonly string[]): string {
  return `set -- ${args.map(shellWord).join(' ')}\n`;
}

function invocationOf(name: string, text: Buffer): Invocation {
  return { command: `sh -c 'eval "$(head -c ${text.length})"' eggroll-upgrade-${name}`, text };
}

/** Comes before what a script prints; remote/prelude.sh prints it. */
export const mark = Buffer.from('\u0001begin\u0001\n');

/** What a script printed, without what a login shell printed before its mark. */
export function afterMark(output: Buffer): Buffer {
  const at = output.indexOf(mark);
  return at < 0 ? Buffer.alloc(0) : output.subarray(at + mark.length);
}

/**
 * The text of a script without comments and indentation, as it goes to every node with every command. No line of a text in quotes may
 * need its leading blanks, or begin with `#`.
 */
function load(name: string): string {
  const lines = readFileSync(new URL(`./remote/${name}.sh`, import.meta.url), 'utf8').split('\n');
  const kept = lines.map((line) => line.trimStart()).filter((line) => line !== '' && !line.startsWith('#'));
  return `${kept.join('\n')}\n`;
}
