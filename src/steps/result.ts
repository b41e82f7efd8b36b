// The result object of a command (DESIGN.md section 4): what every node and the database are now, and what to do next.

import { inspectNode } from '../cluster/facts.ts';
import { nodeName } from '../cluster/node.ts';
import { catalogue, type ExitCode, exitCodes } from '../engine/catalogue.ts';
import { type Finding, remedyOf, UpgradeError } from '../engine/errors.ts';
import type { DatabaseResult, NodeResult, Outcome, Result } from '../engine/events.ts';
import type { Plan, PlannedAction } from '../engine/plan.ts';
import { distinct } from './nodes.ts';
import { schemaLevel } from './preflight-database.ts';
import { homeVersion } from './versions.ts';
import { currentPackage, type Given, type World } from './world.ts';

export type CommandName = 'upgrade' | 'recover' | 'plan';

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

export async function describeResult(world: World, command: CommandName, end: Ending): Promise<Result> {
  const { plan } = world;
  const hash = command === 'recover' ? undefined : (plan?.hash ?? world.run?.planHash);
  const database = await databaseResult(world, end);
  return {
    type: 'result',
    schema: 1,
    command,
    outcome: end.outcome,
    exitCode: end.exitCode,
    ...(hash === undefined ? {} : { planHash: hash }),
    nodes: plan ? plannedResults(plan, end) : await nodeResults(world, end),
    ...(database === undefined ? {} : { database }),
    ...(plan ? { plan } : {}),
    downtimeMs: downtimeOf(world),
    findings: findingsIn(end),
    message: messageFor(world, command, end),
    next: nextFor(command, end),
  };
}

/** The result of a command that ended before it had a cluster to look at. */
export function failedResult(command: CommandName, error: unknown): Result {
  const exitCode = error instanceof UpgradeError ? error.exitCode : exitCodes.defect;
  const end: Ending = { outcome: 'failed', exitCode, error };
  return {
    type: 'result',
    schema: 1,
    command,
    outcome: 'failed',
    exitCode,
    nodes: [],
    downtimeMs: 0,
    findings: findingsIn(end),
    message:
      error instanceof UpgradeError ? 'Nothing was changed.' : `A defect in this program: ${describeDefect(error)}`,
    next: nextFor(command, end),
  };
}

/** The result of a command that a signal ended in the middle of something. */
export function abandonedResult(command: CommandName, { config, signal }: Given, isUnderWay: boolean): Result {
  const { outcome, exitCode } = { outcome: 'interrupted', exitCode: exitCodes.interrupted } as const;
  const end: Ending = { outcome, exitCode, halfWay: true, error: signal.reason };
  const consequence = isUnderWay
    ? 'What was under way may still go on; the next run looks, and services that were stopped stay so until then.'
    : 'Nothing was changed.';
  return {
    type: 'result',
    schema: 1,
    command,
    outcome,
    exitCode,
    nodes: config.hosts.map((host) => ({
      host: nodeName(host),
      role: host.role,
      before: 'unknown',
      after: 'unknown',
      outcome,
    })),
    downtimeMs: 0,
    findings: findingsIn(end),
    message: `The run stopped in the middle of a step. ${summaryOf(signal.reason)} ${consequence}`,
    next: nextFor(command, end),
  };
}

function describeDefect(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function downtimeOf({ downtimeMs, downtimeStartMs, clock }: World): number {
  return downtimeMs + (downtimeStartMs === undefined ? 0 : Math.round(clock.monotonicMs() - downtimeStartMs));
}

function plannedResults({ nodes }: Plan, { outcome }: Ending): NodeResult[] {
  return nodes.map(({ host, role, before, after }) => ({ host, role, before, after, outcome }));
}

async function nodeResults(world: World, { outcome }: Ending): Promise<NodeResult[]> {
  return Promise.all(
    world.config.hosts.map(async (host) => {
      const node = world.nodes.find((candidate) => candidate.host === host);
      const before = world.versionsBefore.get(nodeName(host)) ?? 'unknown';
      // A node that is out of reach at the end has no known version; the outcome says the rest.
      const facts = node && (await inspectNode(node).catch(() => undefined));
      const detected = facts && homeVersion(facts);
      const after = detected && 'version' in detected ? detected.version : 'unknown';
      return { host: nodeName(host), role: host.role, before, after, outcome };
    }),
  );
}

async function databaseResult(world: World, { outcome }: Ending): Promise<DatabaseResult | undefined> {
  const { database, statements, schemaBefore } = world;
  if (!database) return undefined;
  const after = levelName(await schemaLevel(database).catch(() => 'unknown'));
  const before = levelName(schemaBefore ?? 'unknown');
  return { name: database.name, before, after, statements: statements.length, outcome };
}

// The guide's statements lead to 2.2.1 but for a misnamed column that 2.x never reads.
function levelName(level: string): string {
  return level === 'seed-migrated' ? '2.2.1' : level;
}

// With what to do spelled out: a program that reads the result has no catalogue at hand.
function findingsIn({ error, cause }: Ending): Finding[] {
  const found = [cause, error].flatMap((failure) => (failure instanceof UpgradeError ? failure.findings : []));
  return distinct(found).map((finding) => ({ ...finding, remedy: remedyOf(finding) }));
}

function messageFor(world: World, command: CommandName, { outcome, halfWay, error, cause }: Ending): string {
  const version = world.run?.to ?? world.inputs?.package.version;
  if (world.plan) return describeAction(world, world.plan.action);
  const reasons = [cause, error].flatMap((failure) => (failure === undefined ? [] : [summaryOf(failure)]));
  const why = [...new Set(reasons)].join(' ');
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
    const down =
      world.downtimeStartMs === undefined ? '' : ' Services are stopped, and stay so until a run is finished.';
    return `The run ${outcome === 'interrupted' ? 'stopped before it was done' : 'failed half-way'}. ${why}${down}`;
  }
  return `Nothing was changed. ${why}`;
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

function nextFor(command: CommandName, end: Ending): string {
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
