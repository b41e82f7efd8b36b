#!/usr/bin/env node
// The edge: command line, environment, signals, streams, exit code. Everything else gets these passed in.

import { hostname } from 'node:os';
import { runSafely, subcommands } from 'cmd-ts';
import { exitCodes } from '../engine/catalogue.ts';
import type { ListedCommand } from './command-list.ts';
import type { Edge } from './edge.ts';
import { importArgsCommand } from './import-args.ts';
import { planCommand } from './plan.ts';
import { leave, onStop, processClock } from './process.ts';
import { pruneCommand } from './prune.ts';
import { recoverCommand } from './recover.ts';
import { rehearseCommand } from './rehearse.ts';
import { statusCommand } from './status.ts';
import { upgradeCommand } from './upgrade.ts';
import { version } from './version.ts';

// What a connection keeps are small buffers, each of which keeps the whole pool alive that it was cut from.
Buffer.poolSize = 4096;

const leaving: (() => void)[] = [];

function giveBackTerminal(): void {
  for (const leave of leaving) leave();
}

const edge: Edge = {
  env: process.env,
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  isTerminal: process.stdout.isTTY === true && process.env['TERM'] !== 'dumb',
  columns: () => process.stdout.columns || 80,
  rows: () => process.stdout.rows || 24,
  colour: process.stdout.isTTY === true && !process.env['NO_COLOR'],
  clock: processClock,
  owner: `process ${process.pid} on ${hostname()}`,
  onStop,
  onExit: (leave) => void leaving.push(leave),
};

process.on('exit', giveBackTerminal);

const app = subcommands({
  name: 'eggroll-upgrade',
  version,
  description:
    'Upgrades an EggRoll cluster, or puts it back: every node and the metadata database wholly new or wholly old. ' +
    'All configuration comes from environment variables and mounted files.',
  cmds: {
    upgrade: upgradeCommand(edge),
    recover: recoverCommand(edge),
    plan: planCommand(edge),
    status: statusCommand(edge),
    prune: pruneCommand(edge),
    rehearse: rehearseCommand(edge),
    'import-args': importArgsCommand(edge),
  } satisfies Record<ListedCommand, unknown>,
});

// An error that reached nobody who waits for it: what the run has done by now is found by the next one.
process.on('uncaughtException', (error) => {
  giveBackTerminal();
  process.stderr.write(`A defect in this program: ${error.stack ?? error.message}\n`);
  process.exit(exitCodes.defect);
});

const words = process.argv.slice(2);
const ended = await runSafely(app, words);
if (ended._tag === 'ok') {
  leave(await ended.value.value);
} else {
  const { message, into, exitCode } = ended.error.config;
  process[into].write(`${message}\n`);
  // The help that comes without being asked for is no success of a job that was given no command.
  leave(exitCode === 0 && words.length > 0 ? exitCodes.ok : exitCodes.usage);
}
