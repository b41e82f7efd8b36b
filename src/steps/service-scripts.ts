// Scripts and commands of a site that control services, called by bash on a node. What they say is for people: the proof is what runs.

import { stripVTControlCharacters } from 'node:util';
import type { CommandResult } from '../cluster/command.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { readAnswer } from '../eggroll/script-answers.ts';
import type { ModuleName } from '../eggroll/services.ts';
import { poll } from '../engine/clock.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { World } from './world.ts';

/** What a script printed, and how it ended. */
export interface Said {
  readonly text: string;
  readonly ending: string;
}

/** The same as sentences; undefined stands for a script that was not called. */
export function wordsOf(said: Said | undefined): string {
  if (!said) return 'Its script was not called, as it ran already.';
  const meaning = readAnswer(said.text)?.meaning;
  return `Its script said: "${said.text || 'nothing'}" (${said.ending}). ${meaning ? `That is, ${meaning} ` : ''}`.trim();
}

const goodEnding = 'exit code 0';

/** What STATUS_COMMAND said, when it does not end well; undefined when it does, or where there is none. */
export async function badStatus(world: World, node: ClusterNode, module: ModuleName): Promise<Said | undefined> {
  const { status } = world.config.services.commands ?? {};
  if (status === undefined) return undefined;
  const said = await callBash(world, node, ['-c', status, 'eggroll-upgrade', module], world.limits.startMs);
  return said.ending === goodEnding ? undefined : said;
}

/** Calls bash with these words from EGGROLL_HOME, in the environment of INIT_ENV_FILE, and ends it after the limit. */
export async function callBash(
  { config }: World,
  node: ClusterNode,
  words: readonly string[],
  limitMs: number,
): Promise<Said> {
  const { initEnvFile } = config.services;
  const args = [initEnvFile ?? '', String(Math.ceil(limitMs / 1000)), ...words];
  return saidBy(() => node.change('service', args, { limitMs: limitMs + 20_000 }));
}

/** What a script said that `call` calls. One that could not be called decides nothing: what counts is what runs afterwards. */
export async function saidBy(call: () => Promise<CommandResult>): Promise<Said> {
  try {
    const { stdout, stderr } = await call();
    return { text: stripVTControlCharacters(stdout.toString('utf8')).trim(), ending: stderr.split('\n').at(-1) ?? '' };
  } catch (error) {
    if (!(error instanceof UpgradeError) || error.code !== 'NODE_FAILED') throw error;
    return { text: '', ending: error.findings[0].found };
  }
}

/** What a service that was started has come to. */
export interface Coming {
  readonly isUp: boolean;
  /** Is a process of it there? */
  readonly lives: boolean;
}

/** Waits until a service is up; false once its time is over, or when nothing of it is there although it has had the time to be. */
export async function comesUp({ clock, limits }: World, look: () => Promise<Coming>): Promise<boolean> {
  const begun = clock.monotonicMs();
  const up = await poll(clock, { everyMs: limits.pollMs, limitMs: limits.startMs }, async () => {
    const { isUp, lives } = await look();
    if (isUp) return true;
    return !lives && clock.monotonicMs() - begun > limits.stableMs ? false : undefined;
  });
  return up === true;
}
