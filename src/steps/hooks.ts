// Runs the site's own commands around steps, on the machine of the runner.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type hookVariables, hookWord } from '../config/hooks.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Moment } from '../engine/runner.ts';
import type { World } from './world.ts';

/** Whether a step is done or taken back. */
export type Direction = 'forward' | 'back';

const hookLimitMs = 600_000;

/**
 * What the runner calls around each step. A hook that fails on the way forward fails its step (HOOK_FAILED); on the way back it is a
 * warning, as nothing must keep the old version from coming back.
 */
export function hooksAround(world: World, direction: Direction): (moment: Moment, step: string) => Promise<void> {
  return async (moment, step) => {
    const command = world.config.hooks.commands.get(`${step} ${moment}`);
    if (command === undefined) return;
    try {
      await runHook(world, command, { direction, moment, step });
    } catch (error) {
      if (direction === 'forward' || !(error instanceof UpgradeError)) throw error;
      world.emit({ type: 'warning', message: error.message });
    }
  };
}

interface HookCall {
  readonly direction: Direction;
  readonly moment: Moment;
  readonly step: string;
}

async function runHook(world: World, command: string, { direction, moment, step }: HookCall): Promise<void> {
  const where = `HOOK_${hookWord(step)}_${moment.toUpperCase()}`;
  const facts: Record<keyof typeof hookVariables, string> = {
    EGGROLL_UPGRADE_RUN: world.run?.id ?? world.newRunId,
    EGGROLL_UPGRADE_STEP: step,
    EGGROLL_UPGRADE_MOMENT: moment,
    EGGROLL_UPGRADE_DIRECTION: direction,
    EGGROLL_UPGRADE_FROM: world.run?.from ?? '',
    EGGROLL_UPGRADE_TO: world.run?.to ?? world.inputs?.package.version ?? '',
    EGGROLL_UPGRADE_HOSTS: world.config.hosts.map(({ name }) => name).join(' '),
  };
  // In a group of its own, so that what it has started ends with it.
  const child = spawn('sh', ['-c', command], {
    env: { ...world.config.hooks.environment, ...facts },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const end = () => child.pid && endGroup(child.pid);
  const late = setTimeout(end, hookLimitMs);
  world.signal.addEventListener('abort', end, { once: true });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (message) => world.emit({ type: 'hook', step, moment, message }));
  }
  const outcome = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be run: ${error.message}`));
    child.once('close', (code, signal) => resolve(code === null ? `was ended by ${signal}` : `ended with ${code}`));
  });
  clearTimeout(late);
  world.signal.removeEventListener('abort', end);
  if (world.signal.aborted && direction === 'forward') throw world.signal.reason;
  if (outcome === 'ended with 0') return;
  throw new UpgradeError({ code: 'HOOK_FAILED', where, found: `The command ${outcome}.` });
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
