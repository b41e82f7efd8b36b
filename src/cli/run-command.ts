// What every command does around its steps: read the configuration, show events, heed signals, keep the result.

import { randomBytes } from 'node:crypto';
import { type Config, loadConfig } from '../config/config.ts';
import { endsWithContainer } from '../config/files.ts';
import type { ExitCode } from '../engine/catalogue.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Result } from '../engine/events.ts';
import { keepResult, type OutputMode, openReport, type Report, redactor } from '../report/report.ts';
import { failedResult } from '../steps/result.ts';
import { type Inputs, newWorld, type World } from '../steps/world.ts';
import type { Edge } from './edge.ts';
import { version } from './version.ts';

export interface CommandPlan {
  readonly name: 'upgrade' | 'recover';
  readonly loadInputs: (config: Config) => Promise<Inputs | undefined>;
  readonly execute: (world: World) => Promise<Result>;
}

/** Runs a command to its end; never throws. */
export async function runCommand(edge: Edge, plan: CommandPlan): Promise<ExitCode> {
  const newRunId = runId(edge.clock.date());
  let config: Config | undefined;
  let report: Report | undefined;
  let run = newRunId;
  try {
    config = await loadConfig(edge.env);
    const opened = open(edge, newRunId, config.output, config.secrets);
    report = opened;
    opened.emit({ type: 'run-started', command: plan.name, version, nodes: config.hosts.length });
    if (await endsWithContainer(config.stateDir)) {
      const message = `STATE_DIR ${config.stateDir} is no mounted volume: the database dump ends with this container, and \`recover\` needs it.`;
      opened.emit({ type: 'warning', message });
    }
    const signal = stopSignal(edge, opened);
    const inputs = await plan.loadInputs(config);
    try {
      const adoptRun = (id: string) => {
        run = id;
        opened.adoptRun(id);
      };
      const { owner, clock } = edge;
      const { emit } = opened;
      const world = newWorld({
        config,
        inputs,
        emit,
        clock,
        signal,
        owner: `${plan.name}, ${owner}`,
        newRunId,
        adoptRun,
      });
      return await end(opened, await plan.execute(world), config, run, edge);
    } finally {
      await inputs?.package.dispose();
    }
  } catch (error) {
    report ??= open(edge, newRunId, outputOf(edge.env['OUTPUT']), []);
    return await end(report, failedResult(plan.name, error), config, run, edge);
  } finally {
    report?.close();
  }
}

async function end(
  report: Report,
  result: Result,
  config: Config | undefined,
  run: string,
  edge: Edge,
): Promise<ExitCode> {
  for (const finding of result.findings) report.emit({ type: 'finding', ...finding });
  if (config) {
    const kept = redactor(config.secrets)({ time: edge.clock.date().toISOString(), run, ...result });
    try {
      await keepResult(kept, config.stateDir);
    } catch (error) {
      report.emit({ type: 'warning', message: `The result could not be kept in STATE_DIR: ${String(error)}` });
    }
  }
  report.emit(result);
  return result.exitCode;
}

function stopSignal(edge: Edge, report: Report): AbortSignal {
  const controller = new AbortController();
  edge.onStop((signal) => {
    report.emit({ type: 'warning', message: `${signal}: the run stops at the next safe point.` });
    const found = `It was asked to stop by ${signal}.`;
    controller.abort(new UpgradeError({ code: 'INTERRUPTED', where: 'this run', found }));
  });
  return controller.signal;
}

function open(edge: Edge, run: string, mode: OutputMode, secrets: readonly string[]): Report {
  const { clock, write, isTerminal, columns, rows, colour } = edge;
  return openReport({ mode, clock, secrets, run, write, isTerminal, columns, rows, colour });
}

// Even a report on a wrong configuration comes in the wanted form.
function outputOf(text: string | undefined): OutputMode {
  return text === 'json' || text === 'tty' || text === 'plain' ? text : 'auto';
}

// The day is for people who look into STATE_DIR; nothing is ordered by it.
function runId(date: Date): string {
  return `${date.toISOString().slice(0, 10).replaceAll('-', '')}-${randomBytes(3).toString('hex')}`;
}
