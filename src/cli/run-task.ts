// What every command does around its work: read the configuration, show events, heed signals, keep the result.

import { randomBytes } from 'node:crypto';
import { nodeName } from '../cluster/node.ts';
import type { Config } from '../config/config.ts';
import { languageOf } from '../config/language.ts';
import { given } from '../config/read-variables.ts';
import type { RetryPlace } from '../config/retry-place.ts';
import { shownEnvironment } from '../config/shown-environment.ts';
import type { ExitCode } from '../engine/catalogue.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Emit, Result } from '../engine/events.ts';
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
import { failedResult } from '../steps/result.ts';
import type { CommandName } from '../steps/wording.ts';
import type { Edge } from './edge.ts';
import { fitMemory } from './memory.ts';
import { version } from './version.ts';

/** What of a configuration is needed around any command. */
type CommonConfig = Pick<Config, 'hosts' | 'output' | 'secrets' | 'stateDir' | 'notifyUrl'>;

/** A command as what goes on around it sees it. */
export interface Task<C extends CommonConfig> {
  readonly name: CommandName;
  readonly looksOnly: boolean;
  readonly isRun: boolean;
  readonly hasPage: boolean;
  readonly load: (env: Edge['env']) => Promise<C>;
  readonly work: (config: C, tools: Tools) => Promise<Result>;
  /** How many nodes it is about; absent: all of the lists. */
  readonly nodesOf?: (config: C) => number;
  /** Where an end that is final is kept for further tries; told by the environment, as the configuration may be what is wrong. */
  readonly retryPlaceOf?: (env: Edge['env']) => RetryPlace | undefined;
  /** Called with the result before it is shown, to keep more than the result itself. */
  readonly keep?: (result: KeptResult, config: C) => Promise<void>;
}

export interface Tools {
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly newRunId: string;
  readonly adoptRun: (id: string) => void;
  readonly addSecrets: (secrets: readonly string[]) => void;
  /** Takes the secrets out of what is kept otherwise than as an event or a result. */
  readonly redact: <T extends object>(value: T) => T;
}

export type KeptResult = Result & { readonly time: string; readonly run: string };

/** Runs a task to its end; never throws. */
export async function runTask<C extends CommonConfig>(edge: Edge, task: Task<C>): Promise<ExitCode> {
  const newRunId = runId(edge.clock.date());
  const language = languageOf(edge.env);
  const say = sayIn(language);
  let config: C | undefined;
  let report: Report | undefined;
  let run = newRunId;
  const learned: string[] = [];
  const { take, story } = newStory(edge.clock.monotonicMs);
  const context = () => ({ config, run, task, story, secrets: [...(config?.secrets ?? []), ...learned] });
  try {
    config = await task.load(edge.env);
    const opened = open(edge, newRunId, config.output, config.secrets, task.hasPage ? take : undefined);
    report = opened;
    const hosts = config.hosts.map((host) => ({ host: nodeName(host), role: host.role }));
    const nodes = task.nodesOf?.(config) ?? hosts.length;
    fitMemory(nodes);
    opened.emit({ type: 'run-started', command: task.name, version, nodes, hosts });
    const place = task.retryPlaceOf?.(edge.env);
    const over = place && (await readFinalResult(place.stateDir, place.retryOf, say));
    if (over) return await again(opened, over);
    const tools: Tools = {
      emit: opened.emit,
      signal: stopSignal(edge, opened, say),
      newRunId,
      adoptRun(id) {
        run = id;
        opened.adoptRun(id);
      },
      addSecrets(secrets) {
        learned.push(...secrets);
        opened.addSecrets(secrets);
      },
      redact: (value) => redactor(context().secrets)(value),
    };
    return await end(opened, await task.work(config, tools), context(), edge);
  } catch (error) {
    report ??= open(edge, newRunId, outputOf(edge.env), []);
    return await end(report, failedResult(task.name, error, language), context(), edge);
  } finally {
    report?.close();
  }
}

interface Context<C extends CommonConfig> {
  readonly config: C | undefined;
  readonly run: string;
  readonly task: Task<C>;
  readonly story: Story;
  readonly secrets: readonly string[];
}

async function end<C extends CommonConfig>(
  report: Report,
  ended: Result,
  context: Context<C>,
  edge: Edge,
): Promise<ExitCode> {
  const { config, run, task, secrets } = context;
  const say = sayIn(languageOf(edge.env));
  for (const finding of ended.findings) report.emit({ type: 'finding', ...finding });
  const page = config && task.hasPage ? await leavePage(report, ended, config.stateDir, context, edge) : undefined;
  const result = page === undefined ? ended : { ...ended, report: page };
  const kept = redactor(secrets)({ time: edge.clock.date().toISOString(), run, ...result });
  const place = task.retryPlaceOf?.(edge.env);
  // What cannot be kept in one place is kept in the others all the same.
  const keepers = [
    ...(config && task.isRun ? [() => keepResult(kept, config.stateDir)] : []),
    ...(place ? [() => keepFinalResult(kept, place.stateDir, place.retryOf)] : []),
    ...(config && task.keep ? [() => task.keep?.(kept, config)] : []),
    () => leaveTerminationMessage(kept),
  ];
  for (const keep of keepers) {
    try {
      await keep();
    } catch (error) {
      const message = say('The result could not be kept: {problem}', { problem: String(error) });
      report.emit({ type: 'warning', message });
    }
  }
  if (config?.notifyUrl && !task.looksOnly) await tell(report, config.notifyUrl, redactor(secrets)(result), edge);
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

/** The name of the page's file. That it could not be written, or made, fails nothing. */
async function leavePage(
  report: Report,
  ended: Result,
  stateDir: string,
  { run, story, secrets }: Pick<Context<CommonConfig>, 'run' | 'story' | 'secrets'>,
  { clock, env }: Edge,
): Promise<string | undefined> {
  const redact = redactor(secrets);
  const { settings } = redact({ settings: shownEnvironment(env) });
  try {
    const result = redact({ time: clock.date().toISOString(), run, ...ended });
    return await keepPage({ result, story, settings }, stateDir);
  } catch (error) {
    const say = sayIn(languageOf(env));
    const message = say('The report could not be written: {problem}', { problem: String(error) });
    report.emit({ type: 'warning', message });
    return undefined;
  }
}

async function tell(report: Report, notifyUrl: string, result: Result, edge: Edge): Promise<void> {
  const problem = await notify(notifyUrl, result, edge.clock);
  if (problem === undefined) return;
  const say = sayIn(languageOf(edge.env));
  const message = say('The result could not be posted to NOTIFY_URL: {problem}.', { problem });
  report.emit({ type: 'warning', message });
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
function outputOf(env: Edge['env']): OutputMode {
  const text = given(env, 'OUTPUT')?.toLowerCase();
  return text === 'json' || text === 'tty' || text === 'plain' ? text : 'auto';
}

/** The day is for people who look into STATE_DIR; nothing is ordered by it. */
export function runId(date: Date): string {
  return `${date.toISOString().slice(0, 10).replaceAll('-', '')}-${randomBytes(3).toString('hex')}`;
}
