// What the scripts that control services say, and what it means. It is never the proof of anything; it tells why a process that should
// have ended lives, and whether there is any use in waiting for it. Texts: EGGROLL.md section 4.

export interface ScriptAnswer {
  /** A sentence for people. */
  readonly meaning: string;
  /** The script sent no signal and started nothing: whatever runs now goes on running. */
  readonly didNothing: boolean;
}

// In order: a stop that worked says at its end that the service does not run.
const answers: readonly (readonly [RegExp, ScriptAnswer | undefined])[] = [
  [/^(?:killing|killed)\b/m, undefined],
  [/refused connection/, nothing('supervisord does not answer.')],
  [/ERROR \(no such process\)/, nothing('supervisord has no program of that name: see SUPERVISORD_PREFIX.')],
  [/ERROR \(not running\)/, nothing('supervisord does not run it.')],
  [/ERROR \((?:spawn error|abnormal termination)\)/, tried('the program ended too quickly for supervisord.')],
  [/service start failed/, tried('it did not start.')],
  [/service (?:is )?not running/, nothing('the script does not see the service.')],
  [/JAVA_HOME|java is not found/, nothing('it found no java: see INIT_ENV_FILE.')],
  [/^usage\b/im, nothing('it does not know what it was told.')],
];

function nothing(meaning: string): ScriptAnswer {
  return { meaning, didNothing: true };
}

function tried(meaning: string): ScriptAnswer {
  return { meaning, didNothing: false };
}

/** The meaning of what a script said; undefined when that tells nothing, or that all went well. */
export function readAnswer(said: string): ScriptAnswer | undefined {
  return answers.find(([text]) => text.test(said))?.[1];
}
