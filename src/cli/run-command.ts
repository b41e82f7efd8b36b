// What every command does around its steps: read the configuration, show events, heed signals, keep the result.

import { randomBytes } from 'node:crypto';
import { nativeCryptoProblem } from '../cluster/native-crypto.ts';
import { type Config, loadConfig } from '../config/config.ts';
import { endsWithContainer } from '../config/files.ts';
import type { ExitCode } from '../engine/catalogue.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Result } from '../engine/events.ts';
import { notify } from '../report/notify.ts';
import {
  keepResult,
  leaveTerminationMessage,
  type OutputMode,
  openReport,
  type Report,
  redactor,
} from '../report/report.ts';
import { abandonedResult, failedResult } from '../steps/result.ts';
import type { CommandName } from '../steps/wording.ts';
import type { Given, Inputs } from '../steps/world.ts';
import type { Edge } from './edge.ts';
import { version } from './version.ts';

export interface CommandPlan {
  readonly name: CommandName;
  readonly loadInputs: (config: Config) => Promise<Inputs | undefined>;
  readonly execute: (given: Given) => Promise<Result>;
  /** It changes nothing. */
  readonly looksOnly: boolean;
  /** Its result belongs to a run, and is kept in STATE_DIR. */
  readonly isRun: boolean;
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
    if (plan.isRun && (await endsWithContainer(config.stateDir))) {
      const message = `STATE_DIR ${config.stateDir} is no mounted volume: the database dump ends with this container, and \`recover\` needs it.`;
      opened.emit({ type: 'warning', message });
    }
    warnOfSlowCrypto(opened);
    const signal = stopSignal(edge, opened);
    const inputs = await plan.loadInputs(config);
    for (const message of inputs?.package.proofs ?? []) opened.emit({ type: 'package-checked', message });
    try {
      let underWay = false;
      const ids = [newRunId];
      const given: Given = {
        config,
        inputs,
        emit: opened.emit,
        clock: edge.clock,
        signal,
        looksOnly: plan.looksOnly,
        runner: `${plan.name}, ${edge.owner}`,
        makeRunId: () => ids.pop() ?? runId(edge.clock.date()),
        adoptRun(id) {
          if (!plan.isRun) return;
          underWay = true;
          run = id;
          opened.adoptRun(id);
        },
      };
      const abandoned = graceOver(edge, signal).then(() => abandonedResult(plan.name, given, underWay));
      return await end(opened, await Promise.race([plan.execute(given), abandoned]), { config, run, plan }, edge);
    } finally {
      await inputs?.package.dispose();
    }
  } catch (error) {
    report ??= open(edge, newRunId, outputOf(edge.env['OUTPUT']), []);
    return await end(report, failedResult(plan.name, error), { config, run, plan }, edge);
  } finally {
    report?.close();
  }
}

interface Context {
  readonly config: Config | undefined;
  readonly run: string;
  readonly plan: CommandPlan;
}

async function end(report: Report, result: Result, { config, run, plan }: Context, edge: Edge): Promise<ExitCode> {
  for (const finding of result.findings) report.emit({ type: 'finding', ...finding });
  if (config) {
    const kept = redactor(config.secrets)({ time: edge.clock.date().toISOString(), run, ...result });
    try {
      if (plan.isRun) await keepResult(kept, config.stateDir);
      await leaveTerminationMessage(kept);
    } catch (error) {
      report.emit({ type: 'warning', message: `The result could not be kept: ${String(error)}` });
    }
  }
  if (config?.notifyUrl && !plan.looksOnly) await tell(report, config, result, edge);
  report.emit(result);
  return result.exitCode;
}

function warnOfSlowCrypto(report: Report): void {
  const problem = nativeCryptoProblem();
  if (problem === undefined) return;
  const remedy = 'Use the image, or install once more where `npm` may build it (a C++ compiler, make, Python 3).';
  const message = `The native part of ssh2 is missing, so files are encrypted several times slower: ${problem}. ${remedy}`;
  report.emit({ type: 'warning', message });
}

async function tell(report: Report, { notifyUrl = '', secrets }: Config, result: Result, edge: Edge): Promise<void> {
  const problem = await notify(notifyUrl, redactor(secrets)(result), edge.clock);
  if (problem === undefined) return;
  report.emit({ type: 'warning', message: `The result could not be posted to NOTIFY_URL: ${problem}.` });
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

const graceMs = 8_000;

/**
 * Settles when a signal has asked the run to stop, and it has not come to a safe point in good time: a service that does not stop, a
 * statement that takes its time, a node that is gone. Whatever is under way then is found by the next run, as after a kill.
 */
function graceOver({ clock }: Edge, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const wait = () => clock.sleep(graceMs).then(resolve, reject);
    if (signal.aborted) void wait();
    else signal.addEventListener('abort', wait, { once: true });
  });
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
