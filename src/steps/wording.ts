// How a command tells what has become of it, and what to do next.

import { catalogue, type ExitCode, exitCodes } from '../engine/catalogue.ts';
import { remedyOf, UpgradeError } from '../engine/errors.ts';
import type { Outcome } from '../engine/events.ts';
import type { PlannedAction } from '../engine/plan.ts';
import type { RunState } from '../engine/record.ts';
import type { Status } from '../engine/status.ts';
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

/** What has become of it, in a sentence or two. */
export function messageFor(world: World, command: CommandName, end: Ending): string {
  const { plan, status, pruned } = world;
  const why = whyOf(end);
  if (plan) return describeAction(world, plan.action);
  if (status) return [describeRuns(status), why].filter((text) => text !== '').join(' ');
  if (command === 'prune' && pruned) return describePruned(pruned, why);
  return messageOfRun(world, command, end, why);
}

function whyOf({ error, cause }: Ending): string {
  const reasons = [cause, error].flatMap((failure) => (failure === undefined ? [] : [summaryOf(failure)]));
  return [...new Set(reasons)].join(' ');
}

function messageOfRun(world: World, command: CommandName, { outcome, halfWay }: Ending, why: string): string {
  const version = world.run?.to ?? world.inputs?.package.version;
  if (outcome === 'succeeded') {
    return command === 'upgrade'
      ? `All ${world.nodes.length} nodes are on version ${version}.`
      : `All ${world.nodes.length} nodes are as they were before the upgrade to ${version}.`;
  }
  if (outcome === 'unchanged') {
    return command === 'upgrade' ? `All nodes are on version ${version} already.` : 'There is no upgrade to undo.';
  }
  if (outcome === 'rolled-back') return `The upgrade failed and everything was put back. ${why}`;
  if (halfWay) {
    const down = isDown(world.downtime) ? ' Services are stopped, and stay so until a run is finished.' : '';
    return `The run ${outcome === 'interrupted' ? 'stopped before it was done' : 'failed half-way'}. ${why}${down}`;
  }
  return `Nothing was changed. ${why}`;
}

function describeRuns({ runs: [last] }: Status): string {
  if (!last) return 'No upgrade has been run here.';
  const told: Record<RunState, string> = {
    open: 'is unfinished',
    finished: 'is finished',
    recovering: 'is being undone, and that is unfinished',
    recovered: 'was undone',
  };
  return `The last run, ${last.run} from ${last.from} to ${last.to}, ${told[last.state]}.`;
}

function describePruned(runs: readonly string[], why: string): string {
  if (why !== '') return `Some of the backups of ${runs.join(', ')} may be there still. ${why}`;
  return runs.length === 0 ? 'No backup is beyond BACKUP_KEEP.' : `The backups of ${runs.join(', ')} are removed.`;
}

function describeAction(world: World, action: PlannedAction): string {
  const { version } = currentPackage(world);
  const count = world.nodes.length;
  const told: Record<PlannedAction, string> = {
    upgrade: `\`upgrade\` would bring ${count} nodes to version ${version}.`,
    resume: `\`upgrade\` would resume run ${world.run?.id}, which was interrupted on its way to version ${version}.`,
    'finish-recovery': `\`upgrade\` would first finish a recovery that was interrupted; what it does then can be told once \`recover\` has been run.`,
    nothing: `All ${count} nodes are on version ${version} already: \`upgrade\` would change nothing.`,
  };
  return `${told[action]} Nothing was changed.`;
}

/** One sentence or two: the first finding, and how many more there are. The findings themselves are events of their own. */
export function summaryOf(error: unknown): string {
  if (!(error instanceof UpgradeError)) return `A defect in this program: ${describeDefect(error)}`;
  const [{ where, found }, ...more] = error.findings;
  return `${where}: ${found}${more.length > 0 ? ` And ${more.length} more.` : ''}`;
}

/** What a person does next. */
export function nextFor({ status }: Pick<World, 'status'>, command: CommandName, end: Ending): string {
  return (status && nextOf(status)) ?? nextAfter(command, end);
}

function nextOf({ runs: [last] }: Status): string | undefined {
  if (last?.state === 'open') return 'Run `upgrade` again: it resumes. `recover` goes back.';
  return last?.state === 'recovering' ? 'Run `recover` again: it resumes.' : undefined;
}

function nextAfter(command: CommandName, end: Ending): string {
  const { outcome, halfWay } = end;
  if (outcome === 'succeeded' && command === 'upgrade') {
    return 'Check your jobs. `recover` goes back to the old version.';
  }
  if (outcome === 'succeeded' && command === 'plan') {
    return 'Run `upgrade`; with PLAN_HASH set to the hash above it does this and nothing else.';
  }
  if (outcome === 'succeeded' || outcome === 'unchanged') return 'Nothing.';
  return (halfWay ? nextHalfWay(command, end) : undefined) ?? remedyFor(end.error);
}

function nextHalfWay(command: CommandName, { outcome, exitCode }: Ending): string | undefined {
  if (outcome === 'interrupted') {
    return command === 'upgrade'
      ? 'Run `upgrade` again: it resumes. `recover` goes back.'
      : 'Run `recover` again: it resumes.';
  }
  if (exitCode !== exitCodes.needsDecision) return undefined;
  return command === 'upgrade'
    ? 'Run `recover` to go back, or put right what is named above and run `upgrade` again.'
    : 'Put right what is named above and run `recover` again.';
}

function remedyFor(error: unknown): string {
  if (!(error instanceof UpgradeError)) return catalogue.DEFECT.remedy;
  const [first, ...more] = error.findings;
  if (more.length === 0) return remedyOf(first);
  return `Put right the ${more.length + 1} points that are named above and run the same command again.`;
}

/** The whole stack: whoever reports it has nothing else. */
export function describeDefect(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
