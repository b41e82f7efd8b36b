// What a node has to be for a new run: its home, its room, its services. A part of the preflight.

import { type NodeFacts, readSmallFile } from '../cluster/facts.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { isH2Url } from '../eggroll/migrations.ts';
import { classesGone, ownScriptPath } from '../eggroll/own-script.ts';
import { readProperties } from '../eggroll/properties.ts';
import type { Finding } from '../engine/errors.ts';
import { phrase } from '../messages/phrases.ts';
import { modulesOf, type NodeActivity } from './activity.ts';
import { checkHome } from './check-home.ts';
import { checkNodeRoom } from './check-room.ts';
import { controlProblem } from './control-problem.ts';
import { checkWorkers } from './leftover-workers.ts';
import { missingFile, missingTool } from './missing.ts';
import { isUnfinished, mergeRecords, recordsOfLatestRun } from './run-records.ts';
import { placeFindings } from './settle-records.ts';
import type { World } from './world.ts';

/** What is wrong with a node; notes the version that is installed. */
export async function checkNode(
  world: World,
  node: ClusterNode,
  { facts, activity }: { readonly facts: NodeFacts; readonly activity: NodeActivity },
): Promise<Finding[]> {
  const where = node.name;
  const tools = facts.missingTools.map((tool) => missingTool(where, tool));
  if (!facts.homePresent) {
    const found = `EGGROLL_HOME ${node.home} does not exist.`;
    return [...tools, { code: 'HOME_INVALID', where, found }];
  }
  const places = placeFindings(node, facts);
  if (places.length > 0) return [...tools, ...places];
  // In the middle of a switch a folder may be in its backup: what the run recorded counts, and the steps look closer.
  const latest = mergeRecords(recordsOfLatestRun(world));
  if (facts.damagedRecords.length > 0 || (latest && isUnfinished(latest))) {
    if (latest && isUnfinished(latest)) world.versionsBefore.set(node.name, latest.from);
    return tools;
  }
  return [
    ...tools,
    ...checkHome(world, node, facts),
    ...checkNodeRoom(world, node, facts),
    ...checkServices(world, node, facts, activity),
    ...(await checkServiceFiles(world, node)),
    ...(await checkOwnScript(world, node)),
  ];
}

// Found out only at the stop, a missing script would cost a downtime.
async function checkServiceFiles({ config }: World, node: ClusterNode): Promise<Finding[]> {
  const { control, supervisordHome, initEnvFile, commands } = config.services;
  const needed = [
    ...(control === 'supervisord' && !commands ? [['SUPERVISORD_HOME', `${supervisordHome}/service.sh`] as const] : []),
    ...(initEnvFile !== undefined && control !== 'none' ? [['INIT_ENV_FILE', initEnvFile] as const] : []),
  ];
  const missing = await Promise.all(
    needed.map(async ([variable, path]) =>
      (await readSmallFile(node, path)) === undefined ? [{ variable, path }] : [],
    ),
  );
  return missing.flat().map(({ variable, path }) => missingFile(node.name, path, variable));
}

// Supervisord would start with it what the new version has no more, and the run would have to be put back.
async function checkOwnScript({ config, inputs, running }: World, node: ClusterNode): Promise<Finding[]> {
  const { control, commands } = config.services;
  if (!inputs || control !== 'supervisord' || commands || inputs.package.tree.has(ownScriptPath)) return [];
  const path = `${node.home}/${ownScriptPath}`;
  const script = (await readSmallFile(node, path))?.toString('latin1') ?? '';
  const { version } = inputs.package;
  const gone = classesGone(script, running.get(node.name) ?? [], version);
  if (gone.length === 0) return [];
  const found = `${path}, which stays as it is, starts ${gone.join(' and ')}, and ${version} has another class for that.`;
  const remedy = phrase(
    "Put one that is made from the package's bin/eggroll.sh into the package as {path}: then that one takes its place.",
    { path: ownScriptPath },
  );
  return [{ code: 'NODE_UNFIT', where: node.name, found, remedy }];
}

function checkServices(world: World, node: ClusterNode, { properties }: NodeFacts, activity: NodeActivity): Finding[] {
  const { config } = world;
  const running = modulesOf(activity);
  world.running.set(node.name, running);
  const where = node.name;
  const findings: Finding[] = world.leavesServices ? [] : checkControl(world, node, activity);
  const usesH2 = isH2Url(readProperties(properties?.toString('utf8') ?? ''));
  if (config.database && running.includes('clustermanager') && usesH2) {
    const found = 'This ClusterManager keeps its metadata in an H2 file, not in MySQL.';
    findings.push({
      code: 'HOME_INVALID',
      where,
      found,
      remedy: 'Set MYSQL_FILE=none: the file in data is left alone.',
    });
  }
  return findings;
}

/** Can what runs be stopped, and is it known what stops with it? */
function checkControl(world: World, node: ClusterNode, activity: NodeActivity): Finding[] {
  const where = node.name;
  const { services } = world.config;
  const running = modulesOf(activity);
  const byHand: Finding[] =
    services.control === 'none' && running.length > 0
      ? [
          {
            code: 'NODE_UNFIT',
            where,
            found: `SERVICE_CONTROL is none, but ${running.join(', ')} runs here.`,
            remedy: 'Stop the services first, or set SERVICE_CONTROL.',
          },
        ]
      : [];
  const problems = activity.services.flatMap((service): Finding[] => {
    const problem = controlProblem(services, service);
    return problem ? [{ code: 'NODE_UNFIT', where, ...problem }] : [];
  });
  return [...byHand, ...problems, ...checkWorkers(world, node, activity.workers)];
}
