// What every command does around its steps: read the configuration, show events, heed signals, keep the result.

import { randomBytes } from 'node:crypto';
import { nativeCryptoProblem } from '../cluster/native-crypto.ts';
import { nodeName } from '../cluster/node.ts';
import { type Config, loadConfig } from '../config/config.ts';
import { endsWithContainer } from '../config/files.ts';
import { languageOf } from '../config/language.ts';
import { shownEnvironment } from '../config/shown-environment.ts';
import type { ExitCode } from '../engine/catalogue.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Result } from '../engine/events.ts';
import { type Say, sayIn } from '../messages/phrases.ts';
import { keepFinalResult, readFinalResult } from '../report/final-result.ts';
import { keepPage } from '../report/html-file.ts';
import type { Story } from '../report/html-story.ts';
import { newStory, type StoryTeller } from '../report/html-teller.ts';
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
  /** What it has found is kept in STATE_DIR as a page to read, as that of a run is. */
  readonly hasPage?: true;
}

/** Runs a command to its end; never throws. */
export async function runCommand(edge: Edge, plan: CommandPlan): Promise<ExitCode> {
  const newRunId = runId(edge.clock.date());
  const language = languageOf(edge.env);
  const say = sayIn(language);
  let config: Config | undefined;
  let report: Report | undefined;
  let run = newRunId;
  const teller = newStory(edge.clock.monotonicMs);
  try {
    config = await loadConfig(edge.env);
    const opened = open(edge, newRunId, config.output, config.secrets, keepsPage(plan) ? teller.take : undefined);
    report = opened;
    const hosts = config.hosts.map((host) => ({ host: nodeName(host), role: host.role }));
    opened.emit({ type: 'run-started', command: plan.name, version, nodes: hosts.length, hosts });
    if (plan.isRun && (await endsWithContainer(config.stateDir))) {
      const message = say(
        'STATE_DIR {folder} is no mounted volume: the database dump ends with this container, and `recover` needs it.',
        { folder: config.stateDir },
      );
      opened.emit({ type: 'warning', message });
    }
    const { retryOf, stateDir } = config;
    const over = retryOf === undefined ? undefined : await readFinalResult(stateDir, retryOf, say);
    if (over) return await again(opened, over);
    warnOfSlowCrypto(opened, say);
    const signal = stopSignal(edge, opened, say);
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
      return await end(
        opened,
        await Promise.race([plan.execute(given), abandoned]),
        { config, run, plan, story: teller.story },
        edge,
      );
    } finally {
      await inputs?.package.dispose();
    }
  } catch (error) {
    report ??= open(edge, newRunId, outputOf(edge.env['OUTPUT']), []);
    const context = { config, run, plan, story: teller.story };
    return await end(report, failedResult(plan.name, error, language), context, edge);
  } finally {
    report?.close();
  }
}

interface Context {
  readonly config: Config | undefined;
  readonly run: string;
  readonly plan: CommandPlan;
  readonly story: Story;
}

async function end(report: Report, ended: Result, context: Context, edge: Edge): Promise<ExitCode> {
  const { config, run, plan } = context;
  const say = sayIn(languageOf(edge.env));
  for (const finding of ended.findings) report.emit({ type: 'finding', ...finding });
  const page = config && keepsPage(plan) ? await leavePage(report, ended, { ...context, config }, edge) : undefined;
  const result = page === undefined ? ended : { ...ended, report: page };
  if (config) {
    const kept = redactor(config.secrets)({ time: edge.clock.date().toISOString(), run, ...result });
    try {
      if (plan.isRun) await keepResult(kept, config.stateDir);
      if (config.retryOf !== undefined) await keepFinalResult(kept, config.stateDir, config.retryOf);
      await leaveTerminationMessage(kept);
    } catch (error) {
      report.emit({
        type: 'warning',
        message: say('The result could not be kept: {problem}', { problem: String(error) }),
      });
    }
  }
  if (config?.notifyUrl && !plan.looksOnly) await tell(report, config, result, edge);
  report.emit(result);
  return result.exitCode;
}

/** The end of an earlier try once more, without its traces being kept twice. */
async function again(report: Report, result: Result): Promise<ExitCode> {
  for (const finding of result.findings) report.emit({ type: 'finding', ...finding });
  await leaveTerminationMessage(result);
  report.emit(result);
  return result.exitCode;
}

function keepsPage({ isRun, hasPage }: CommandPlan): boolean {
  return isRun || hasPage === true;
}

/** The name of the page's file. That it could not be written, or made, fails nothing. */
async function leavePage(
  report: Report,
  ended: Result,
  { config, run, story }: Context & { readonly config: Config },
  { clock, env }: Edge,
): Promise<string | undefined> {
  const redact = redactor(config.secrets);
  const { settings } = redact({ settings: shownEnvironment(env) });
  try {
    const result = redact({ time: clock.date().toISOString(), run, ...ended });
    return await keepPage({ result, story, settings }, config.stateDir);
  } catch (error) {
    const say = sayIn(languageOf(env));
    report.emit({
      type: 'warning',
      message: say('The report could not be written: {problem}', { problem: String(error) }),
    });
    return undefined;
  }
}

function warnOfSlowCrypto(report: Report, say: Say): void {
  const problem = nativeCryptoProblem();
  if (problem === undefined) return;
  const message = say(
    'The native part of ssh2 is missing, so files are encrypted several times slower: {problem}. Use the image, or install once more where `npm` may build it (a C++ compiler, make, Python 3).',
    { problem },
  );
  report.emit({ type: 'warning', message });
}

async function tell(report: Report, { notifyUrl = '', secrets }: Config, result: Result, edge: Edge): Promise<void> {
  const problem = await notify(notifyUrl, redactor(secrets)(result), edge.clock);
  if (problem === undefined) return;
  const say = sayIn(languageOf(edge.env));
  report.emit({
    type: 'warning',
    message: say('The result could not be posted to NOTIFY_URL: {problem}.', { problem }),
  });
}

function stopSignal(edge: Edge, report: Report, say: Say): AbortSignal {
  const controller = new AbortController();
  edge.onStop((signal) => {
    report.emit({ type: 'warning', message: say('{signal}: the run stops at the next safe point.', { signal }) });
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

function open(
  edge: Edge,
  run: string,
  mode: OutputMode,
  secrets: readonly string[],
  listener?: StoryTeller['take'],
): Report {
  const { clock, write, isTerminal, columns, rows, colour } = edge;
  const language = languageOf(edge.env);
  const options = { mode, clock, secrets, run, write, isTerminal, columns, rows, colour, language };
  const report = openReport(listener ? { ...options, listener } : options);
  edge.onExit(report.close);
  return report;
}

// Even a report on a wrong configuration comes in the wanted form.
function outputOf(text: string | undefined): OutputMode {
  return text === 'json' || text === 'tty' || text === 'plain' ? text : 'auto';
}

// The day is for people who look into STATE_DIR; nothing is ordered by it.
function runId(date: Date): string {
  return `${date.toISOString().slice(0, 10).replaceAll('-', '')}-${randomBytes(3).toString('hex')}`;
}
