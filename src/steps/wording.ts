// How a command tells what has become of it, and what to do next.

import { type ExitCode, exitCodes } from '../engine/catalogue.ts';
import { describeFound, remedyOf, UpgradeError } from '../engine/errors.ts';
import type { Outcome } from '../engine/events.ts';
import type { PlannedAction } from '../engine/plan.ts';
import type { RunState } from '../engine/record.ts';
import type { Status } from '../engine/status.ts';
import { type Language, phrase, type Say, sayIn, type Template, told } from '../messages/phrases.ts';
import { isDown } from './downtime.ts';
import { currentPackage, type World } from './world.ts';

export type CommandName = 'upgrade' | 'recover' | 'plan' | 'status' | 'prune' | 'rehearse';

/** How a command ended, as its steps tell. */
export interface Ending {
  readonly outcome: Outcome;
  readonly exitCode: ExitCode;
  /** The run has begun and neither ended nor been put back. */
  readonly halfWay?: boolean;
  readonly error?: unknown;
  /** The failure that made a put-back necessary, when the put-back itself failed. */
  readonly cause?: unknown;
}

/** What has become of it, in a sentence or two, in the language of the run. */
export function messageFor(world: World, command: CommandName, end: Ending): string {
  const { plan, status, pruned, config } = world;
  const why = whyOf(end, config.language);
  if (plan) return describeAction(world, plan.action);
  if (status) return [describeRuns(status, sayIn(config.language)), why].filter((text) => text !== '').join(' ');
  if (command === 'prune' && pruned) return describePruned(pruned, why, sayIn(config.language));
  return messageOfRun(world, command, end, why).trimEnd();
}

function whyOf({ error, cause }: Ending, language: Language): string {
  const reasons = [cause, error].flatMap((failure) => (failure === undefined ? [] : [summaryOf(failure, language)]));
  return [...new Set(reasons)].join(' ');
}

function messageOfRun(world: World, command: CommandName, { outcome, halfWay }: Ending, why: string): string {
  const say = sayIn(world.config.language);
  const version = world.run?.to ?? world.inputs?.package.version ?? '';
  const count = world.nodes.length;
  if (outcome === 'succeeded') {
    return command === 'upgrade'
      ? say('All {count} nodes are on version {version}.', { count, version })
      : say('All {count} nodes are as they were before the upgrade to {version}.', { count, version });
  }
  if (outcome === 'unchanged') {
    return command === 'upgrade'
      ? say('All nodes are on version {version} already.', { version })
      : say('There is no upgrade to undo.');
  }
  if (outcome === 'rolled-back') return say('The upgrade failed and everything was put back. {why}', { why });
  if (halfWay) {
    const stopped =
      outcome === 'interrupted'
        ? say('The run stopped before it was done. {why}', { why })
        : say('The run failed half-way. {why}', { why });
    return isDown(world.downtime)
      ? `${stopped} ${say('Services are stopped, and stay so until a run is finished.')}`
      : stopped;
  }
  return say('Nothing was changed. {why}', { why });
}

const runTexts = {
  open: 'The last run, {run} from {from} to {to}, is unfinished.',
  finished: 'The last run, {run} from {from} to {to}, is finished.',
  recovering: 'The last run, {run} from {from} to {to}, is being undone, and that is unfinished.',
  recovered: 'The last run, {run} from {from} to {to}, was undone.',
} as const satisfies Record<RunState, Template>;

function describeRuns({ runs: [last] }: Status, say: Say): string {
  if (!last) return say('No upgrade has been run here.');
  const { run, from, to, state } = last;
  return say(runTexts[state], { run, from, to });
}

function describePruned(pruned: readonly string[], why: string, say: Say): string {
  const runs = pruned.join(', ');
  if (why !== '') return say('Some of the backups of {runs} may be there still. {why}', { runs, why });
  if (pruned.length === 0) return say('No backup is beyond BACKUP_KEEP.');
  return say('The backups of {runs} are removed.', { runs });
}

const actionTexts = {
  upgrade: '`upgrade` would bring {count} nodes to version {version}. Nothing was changed.',
  resume:
    '`upgrade` would resume run {run}, which was interrupted on its way to version {version}. Nothing was changed.',
  'finish-recovery':
    '`upgrade` would first finish a recovery that was interrupted; what it does then can be told once `recover` has been run. Nothing was changed.',
  nothing: 'All {count} nodes are on version {version} already: `upgrade` would change nothing. Nothing was changed.',
} as const satisfies Record<PlannedAction, Template>;

function describeAction(world: World, action: PlannedAction): string {
  const { version } = currentPackage(world);
  const values = { count: world.nodes.length, version, run: world.run?.id ?? '' };
  return told(world.config.language, phrase(actionTexts[action], values));
}

/** One sentence or two: the first finding, and how many more there are. The findings themselves are events of their own. */
export function summaryOf(error: unknown, language: Language): string {
  const say = sayIn(language);
  if (!(error instanceof UpgradeError)) return describedDefect(error, language);
  const [first, ...more] = error.findings;
  const finding = describeFound(first, language);
  return more.length > 0 ? say('{finding} And {count} more.', { finding, count: more.length }) : finding;
}

/** What a person does next. */
export function nextFor(
  { status }: Pick<World, 'status'>,
  command: CommandName,
  end: Ending,
  language: Language,
): string {
  const say = sayIn(language);
  return (status && nextOf(status, say)) ?? nextAfter(command, end, language, say);
}

function nextOf({ runs: [last] }: Status, say: Say): string | undefined {
  if (last?.state === 'open') return say('Run `upgrade` again: it resumes. `recover` goes back.');
  return last?.state === 'recovering' ? say('Run `recover` again: it resumes.') : undefined;
}

function nextAfter(command: CommandName, end: Ending, language: Language, say: Say): string {
  const { outcome, halfWay } = end;
  if (outcome === 'succeeded' && command === 'upgrade') {
    return say('Check your jobs. `recover` goes back to the old version.');
  }
  if (outcome === 'succeeded' && command === 'plan') {
    return say('Run `upgrade`; with PLAN_HASH set to the hash above it does this and nothing else.');
  }
  if (outcome === 'succeeded' || outcome === 'unchanged') return say('Nothing.');
  return (halfWay ? nextHalfWay(command, end, say) : undefined) ?? remedyFor(end.error, language, say);
}

function nextHalfWay(command: CommandName, { outcome, exitCode }: Ending, say: Say): string | undefined {
  if (outcome === 'interrupted') {
    return command === 'upgrade'
      ? say('Run `upgrade` again: it resumes. `recover` goes back.')
      : say('Run `recover` again: it resumes.');
  }
  if (exitCode !== exitCodes.needsDecision) return undefined;
  return command === 'upgrade'
    ? say('Run `recover` to go back, or put right what is named above and run `upgrade` again.')
    : say('Put right what is named above and run `recover` again.');
}

function remedyFor(error: unknown, language: Language, say: Say): string {
  if (!(error instanceof UpgradeError)) return remedyOf({ code: 'DEFECT', where: '', found: '' }, language);
  const [first, ...more] = error.findings;
  if (more.length === 0) return remedyOf(first, language);
  const count = more.length + 1;
  return say('Put right the {count} points that are named above and run the same command again.', { count });
}

/** A defect, told as what has become of the command. */
export function describedDefect(error: unknown, language: Language): string {
  return sayIn(language)('A defect in this program: {stack}', { stack: describeDefect(error) });
}

/** The whole stack: whoever reports it has nothing else. */
function describeDefect(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
