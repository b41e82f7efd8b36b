// What every command does around its steps: read the configuration, show events, heed signals, keep the result.

import { randomBytes } from 'node:crypto';
import { nativeCryptoProblem } from '../cluster/native-crypto.ts';
import { type Config, loadConfig } from '../config/config.ts';
import { endsWithContainer } from '../config/files.ts';
import type { ExitCode } from '../engine/catalogue.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Emit, Result } from '../engine/events.ts';
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

/** What of a configuration is needed around any command. */
type CommonConfig = Pick<Config, 'hosts' | 'output' | 'secrets' | 'stateDir' | 'notifyUrl'>;

/** A command as what goes on around it sees it. */
export interface Task<C extends CommonConfig> extends Pick<CommandPlan, 'name' | 'looksOnly' | 'isRun'> {
  readonly load: (env: Edge['env']) => Promise<C>;
  readonly work: (config: C, tools: Tools) => Promise<Result>;
  /** How many nodes it is about; absent: all of the lists. */
  readonly nodesOf?: (config: C) => number;
  /** Called with the result before it is shown, to keep more than the result itself. */
  readonly keep?: (result: KeptResult, config: C) => Promise<void>;
}

export interface Tools {
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly newRunId: string;
  readonly adoptRun: (id: string) => void;
  readonly addSecrets: (secrets: readonly string[]) => void;
}

export type KeptResult = Result & { readonly time: string; readonly run: string };

/** Runs a command of a cluster to its end; never throws. */
export function runCommand(edge: Edge, plan: CommandPlan): Promise<ExitCode> {
  return runTask(edge, { ...plan, load: loadConfig, work: (config, tools) => workOn(edge, plan, config, tools) });
}

async function workOn(edge: Edge, plan: CommandPlan, config: Config, tools: Tools): Promise<Result> {
  const { emit, signal, newRunId, adoptRun } = tools;
  if (plan.isRun && (await endsWithContainer(config.stateDir))) {
    const message = `STATE_DIR ${config.stateDir} is no mounted volume: the database dump ends with this container, and \`recover\` needs it.`;
    emit({ type: 'warning', message });
  }
  warnOfSlowCrypto(emit);
  const inputs = await plan.loadInputs(config);
  try {
    let underWay = false;
    const ids = [newRunId];
    const given: Given = {
      config,
      inputs,
      emit,
      clock: edge.clock,
      signal,
      looksOnly: plan.looksOnly,
      runner: `${plan.name}, ${edge.owner}`,
      makeRunId: () => ids.pop() ?? runId(edge.clock.date()),
      adoptRun(id) {
        if (!plan.isRun) return;
        underWay = true;
        adoptRun(id);
      },
    };
    const abandoned = graceOver(edge, signal).then(() => abandonedResult(plan.name, given, underWay));
    return await Promise.race([plan.execute(given), abandoned]);
  } finally {
    await inputs?.package.dispose();
  }
}

/** Runs a task to its end; never throws. */
export async function runTask<C extends CommonConfig>(edge: Edge, task: Task<C>): Promise<ExitCode> {
  const newRunId = runId(edge.clock.date());
  let config: C | undefined;
  let report: Report | undefined;
  let run = newRunId;
  const learned: string[] = [];
  const context = () => ({ config, run, task, secrets: [...(config?.secrets ?? []), ...learned] });
  try {
    config = await task.load(edge.env);
    const opened = open(edge, newRunId, config.output, config.secrets);
    report = opened;
    opened.emit({
      type: 'run-started',
      command: task.name,
      version,
      nodes: task.nodesOf?.(config) ?? config.hosts.length,
    });
    const tools: Tools = {
      emit: opened.emit,
      signal: stopSignal(edge, opened),
      newRunId,
      adoptRun(id) {
        run = id;
        opened.adoptRun(id);
      },
      addSecrets(secrets) {
        learned.push(...secrets);
        opened.addSecrets(secrets);
      },
    };
    return await end(opened, await task.work(config, tools), context(), edge);
  } catch (error) {
    report ??= open(edge, newRunId, outputOf(edge.env['OUTPUT']), []);
    return await end(report, failedResult(task.name, error), context(), edge);
  } finally {
    report?.close();
  }
}

interface Context<C extends CommonConfig> {
  readonly config: C | undefined;
  readonly run: string;
  readonly task: Task<C>;
  readonly secrets: readonly string[];
}

async function end<C extends CommonConfig>(
  report: Report,
  result: Result,
  { config, run, task, secrets }: Context<C>,
  edge: Edge,
): Promise<ExitCode> {
  for (const finding of result.findings) report.emit({ type: 'finding', ...finding });
  if (config) {
    const kept = redactor(secrets)({ time: edge.clock.date().toISOString(), run, ...result });
    try {
      if (task.isRun) await keepResult(kept, config.stateDir);
      await task.keep?.(kept, config);
      await leaveTerminationMessage(kept);
    } catch (error) {
      report.emit({ type: 'warning', message: `The result could not be kept: ${String(error)}` });
    }
  }
  if (config?.notifyUrl && !task.looksOnly) await tell(report, config.notifyUrl, redactor(secrets)(result), edge);
  report.emit(result);
  return result.exitCode;
}

function warnOfSlowCrypto(emit: Emit): void {
  const problem = nativeCryptoProblem();
  if (problem === undefined) return;
  const remedy = 'Use the image, or install once more where `npm` may build it (a C++ compiler, make, Python 3).';
  const message = `The native part of ssh2 is missing, so files are encrypted several times slower: ${problem}. ${remedy}`;
  emit({ type: 'warning', message });
}

async function tell(report: Report, notifyUrl: string, result: Result, edge: Edge): Promise<void> {
  const problem = await notify(notifyUrl, result, edge.clock);
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
