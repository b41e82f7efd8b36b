// The result object of a command (DESIGN.md section 4): what every node and the database are now, and what to do next.

import { inspectNode, type NodeFacts } from '../cluster/facts.ts';
import { type ClusterNode, nodeName } from '../cluster/node.ts';
import { exitCodes } from '../engine/catalogue.ts';
import { remedyOf, type ToldFinding, UpgradeError } from '../engine/errors.ts';
import type { DatabaseResult, NodeResult, Result } from '../engine/events.ts';
import { type Language, sayIn } from '../messages/phrases.ts';
import { downtimeUntilNow } from './downtime.ts';
import { distinct } from './nodes.ts';
import { schemaLevel } from './preflight-database.ts';
import { homeVersion } from './versions.ts';
import { type CommandName, describedDefect, type Ending, messageFor, nextFor, summaryOf } from './wording.ts';
import type { Given, World } from './world.ts';

const nothingSeen = { status: undefined };

export async function describeResult(world: World, command: CommandName, end: Ending): Promise<Result> {
  const { plan, status } = world;
  const hash = command === 'recover' ? undefined : (plan?.hash ?? world.run?.planHash);
  const { language } = world.config;
  const database = await databaseResult(world, end);
  return {
    type: 'result',
    schema: 1,
    command,
    outcome: end.outcome,
    exitCode: end.exitCode,
    ...(hash === undefined ? {} : { planHash: hash }),
    nodes: await nodesFor(world, command, end),
    ...(database === undefined ? {} : { database }),
    ...(plan ? { plan } : {}),
    ...(status ? { status } : {}),
    ...downtimeUntilNow(world),
    findings: findingsIn(end, language),
    message: messageFor(world, command, end),
    next: nextFor(world, command, end, language),
  };
}

/** The result of a command that ended before it had a cluster to look at. */
export function failedResult(command: CommandName, error: unknown, language: Language): Result {
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
    downtimeBySteps: [],
    findings: findingsIn(end, language),
    message: error instanceof UpgradeError ? sayIn(language)('Nothing was changed.') : describedDefect(error, language),
    next: nextFor(nothingSeen, command, end, language),
  };
}

/** The result of a command that a signal ended in the middle of something. */
export function abandonedResult(command: CommandName, { config, signal }: Given, isUnderWay: boolean): Result {
  const { outcome, exitCode } = { outcome: 'interrupted', exitCode: exitCodes.interrupted } as const;
  const end: Ending = { outcome, exitCode, halfWay: true, error: signal.reason };
  const { language } = config;
  const say = sayIn(language);
  const consequence = isUnderWay
    ? say('What was under way may still go on; the next run looks, and services that were stopped stay so until then.')
    : say('Nothing was changed.');
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
    downtimeBySteps: [],
    findings: findingsIn(end, language),
    message: say('The run stopped in the middle of a step. {why} {consequence}', {
      why: summaryOf(signal.reason, language),
      consequence,
    }),
    next: nextFor(nothingSeen, command, end, language),
  };
}

function nodesFor(world: World, command: CommandName, end: Ending): NodeResult[] | Promise<NodeResult[]> {
  const { plan, status } = world;
  const { outcome } = end;
  if (plan) return plan.nodes.map(({ host, role, before, after }) => ({ host, role, before, after, outcome }));
  if (!status) return nodeResults(world, command, end);
  return status.nodes.map(({ host, role, version }) => ({ host, role, before: version, after: version, outcome }));
}

async function nodeResults(world: World, command: CommandName, { outcome }: Ending): Promise<NodeResult[]> {
  const isVerified = command === 'upgrade' && outcome === 'succeeded';
  return Promise.all(
    world.config.hosts.map(async (host) => {
      const node = world.nodes.find((candidate) => candidate.host === host);
      const before = world.versionsBefore.get(nodeName(host)) ?? 'unknown';
      // A node that is out of reach at the end has no known version; the outcome says the rest.
      const facts = node && (await factsAtEnd(world, node, isVerified));
      const detected = facts && homeVersion(facts);
      const after = detected && 'version' in detected ? detected.version : 'unknown';
      return { host: nodeName(host), role: host.role, before, after, outcome };
    }),
  );
}

// What found nothing to do has just looked, and changed nothing; after the verification of an upgrade only records are written.
async function factsAtEnd(
  { nothingToDo, facts }: World,
  node: ClusterNode,
  isVerified: boolean,
): Promise<NodeFacts | undefined> {
  return nothingToDo || isVerified ? facts.get(node.name) : inspectNode(node).catch(() => undefined);
}

async function databaseResult(world: World, { outcome }: Ending): Promise<DatabaseResult | undefined> {
  const { database, statements, schemaBefore } = world;
  if (!database) return undefined;
  const after = await schemaLevel(database).catch(() => 'unknown');
  const before = schemaBefore ?? 'unknown';
  return { name: database.name, before, after, statements: statements.length, outcome };
}

// With what to do spelled out: a program that reads the result has no catalogue at hand.
function findingsIn({ error, cause }: Ending, language: Language): ToldFinding[] {
  const found = [cause, error].flatMap((failure) => (failure instanceof UpgradeError ? failure.findings : []));
  return distinct(found).map((finding) => ({ ...finding, remedy: remedyOf(finding, language) }));
}
