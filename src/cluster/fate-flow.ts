// The machine of fate_flow, in the lists or not: it is no node, so nothing is staged or locked there. `look` reads; `call` is the only
// thing that changes anything.

import type { FateFlowConfig } from '../config/config.ts';
import { fateFlowPorts } from '../eggroll/fate-flow.ts';
import type { CommandResult } from './command.ts';
import type { Connection } from './connection.ts';
import { type DoorOptions, doorOf } from './door.ts';
import { commandError, nodeName } from './node.ts';
import type { ScriptName } from './remote-scripts.ts';

export interface FateFlowState {
  readonly missingTools: readonly string[];
  readonly scriptPresent: boolean;
  readonly initEnvPresent: boolean;
  /** Processes of this fate_flow. */
  readonly pids: readonly number[];
  /** service.sh is being called, by a runner that is dead or waits no longer. */
  readonly isAtWork: boolean;
  /** What its configuration names; none where that was not found. */
  readonly ports: readonly number[];
  readonly listeningPorts: ReadonlySet<number>;
}

export interface FateFlow {
  /** How messages name its machine. */
  readonly name: string;
  look(): Promise<FateFlowState>;
  /** Calls service.sh, and ends it after the limit; what it ended with is the last line of `stderr`. */
  call(action: 'start' | 'stop', limitMs: number): Promise<CommandResult>;
  /** How often `call` was used. */
  readonly changes: number;
  close(): void;
}

const confLimitBytes = 1_048_576;
/** For what another runner has left at work, and for the network. */
const waitMs = 20_000;

export function fateFlowOn(
  connection: Connection,
  { host, script }: FateFlowConfig,
  initEnvFile: string | undefined,
  options: DoorOptions,
): FateFlow {
  const name = nodeName(host);
  const door = doorOf(name, options);

  async function run(remote: ScriptName, args: readonly string[], limitMs?: number): Promise<CommandResult> {
    const limit = limitMs === undefined ? {} : { limitMs };
    const result = await connection.run(remote, [script, initEnvFile ?? '', ...args], limit);
    if (result.exitCode !== 0) throw commandError(name, result);
    return result;
  }

  return {
    name,
    look: async () =>
      parseFateFlowState((await run('fate-flow-state', [String(confLimitBytes)])).stdout.toString('utf8')),
    call: (action, limitMs) =>
      door.pass(`fate-flow ${script} ${action}`, () =>
        run('fate-flow', [String(Math.ceil(limitMs / 1000)), action], limitMs + waitMs),
      ),
    get changes() {
      return door.passages;
    },
    close: () => connection.close(),
  };
}

/** The state from what fate-flow-state.sh printed. */
export function parseFateFlowState(text: string): FateFlowState {
  const facts = text.split('\n').map((line) => line.split(' '));
  const all = (key: string) => facts.flatMap(([word, value = '']) => (word === key ? [value] : []));
  const conf = all('conf')[0];
  return {
    missingTools: all('missing-tool'),
    scriptPresent: all('script').length > 0,
    initEnvPresent: all('init-env').length > 0,
    pids: all('process').map(Number),
    isAtWork: all('at-work').length > 0,
    ports: conf === undefined ? [] : fateFlowPorts(Buffer.from(conf, 'base64').toString('utf8')),
    listeningPorts: new Set(all('listens').map((hex) => Number.parseInt(hex, 16))),
  };
}
