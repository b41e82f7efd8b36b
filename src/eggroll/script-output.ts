// What bin/eggroll.sh prints, and what it means. Its exit code says nothing (0 also for a failed start), and even its words are only
// a hint: a 2.x start prints success before the process had time to die. Whoever asks proves it by process and port.
// Facts: EGGROLL.md section 4.

import type { Generation } from './versions.ts';

export type ScriptAction = 'start' | 'stop' | 'status';

/** `unclear` when the script printed none of the texts that are known for its generation. */
export type ScriptVerdict =
  | 'started'
  | 'already-running'
  | 'failed'
  | 'stopped'
  | 'running'
  | 'not-running'
  | 'unclear';

type Rule = readonly [pattern: RegExp, verdict: ScriptVerdict];

const colour = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, 'g');

const broken: readonly Rule[] = [
  [/syntax error|command not found|No such file or directory/i, 'failed'],
  [/^usage\b/im, 'failed'],
];

const notRunning: Rule = [/service (?:is )?not running|NOT ACTIVE/i, 'not-running'];

const twoStart: readonly Rule[] = [
  [/service start failed/i, 'failed'],
  [/service already started/i, 'already-running'],
  // The scripts spell it with one c.
  [/service start suc+es+fully/i, 'started'],
];

const rules: Record<'two' | 'three', Record<ScriptAction, readonly Rule[]>> = {
  two: {
    start: [...twoStart, ...broken],
    stop: [notRunning, [/\bkilled\b/i, 'stopped'], ...broken],
    status: [notRunning, [/\bPID\b|\bpid[:=]\s*\d+|status:/i, 'running'], ...broken],
  },
  three: {
    start: [
      ...twoStart,
      [/JAVA_HOME|java: not found/i, 'failed'],
      [/already (?:started|running)/i, 'already-running'],
      [/start(?:ed)? (?:suc+es+ful|ok)|\bACTIVE\b/i, 'started'],
      ...broken,
    ],
    stop: [notRunning, [/\bkilled\b|\bstop(?:ped)?\b.*\bsuc+es+/i, 'stopped'], ...broken],
    status: [notRunning, [/\bACTIVE\b|is running|\bpid[:=]?\s*\d+/i, 'running'], ...broken],
  },
};

/** Reads what eggroll.sh of a generation printed for one module; colours are ignored. */
export function readScriptOutput(action: ScriptAction, output: string, generation: Generation): ScriptVerdict {
  const text = output.replaceAll(colour, '');
  const found = rules[generation === '3' ? 'three' : 'two'][action].find(([pattern]) => pattern.test(text));
  return found ? found[1] : 'unclear';
}
