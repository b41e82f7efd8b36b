// The two list files together: reading them, and what holds between them.

import type { Finding } from '../engine/errors.ts';
import { phrase } from '../messages/phrases.ts';
import { readTextFile } from './files.ts';
import { findSharedHosts, isUserName, type ParsedHostList, parseHostList } from './hosts.ts';
import { type Environment, given } from './read-variables.ts';
import type { Host, ListRole } from './types.ts';
import type { Values } from './variables.ts';

/** Reads both lists. Findings are all LIST_INVALID. */
export async function readHostLists(
  env: Environment,
  values: Values,
  usesDatabase: boolean,
): Promise<{ hosts: readonly Host[]; findings: readonly Finding[] }> {
  const rollSites = await readList(env, values, 'RS_FILE', 'rollsite', false);
  const mayLackNodeManagers = !usesDatabase && rollSites.hosts.length > 0;
  const nodeManagers = await readList(env, values, 'NM_FILE', 'nodemanager', mayLackNodeManagers);
  const findings = [
    ...nodeManagers.findings,
    ...rollSites.findings,
    ...findSharedHosts(nodeManagers.hosts, rollSites.hosts),
  ];
  const isEmpty = nodeManagers.hosts.length === 0 && nodeManagers.findings.length === 0;
  if (isEmpty && !mayLackNodeManagers) {
    const found = 'There is no host in the list of ClusterManager and NodeManager hosts.';
    const remedy = 'List at least one. It may be empty only for RollSite hosts alone, with MYSQL_FILE=none.';
    findings.push({ code: 'LIST_INVALID', where: values.NM_FILE ?? 'NM_FILE', found, remedy });
  }
  const hosts = [...nodeManagers.hosts, ...rollSites.hosts].map(({ at: _, ...host }) => host);
  return { hosts, findings };
}

async function readList(
  env: Environment,
  values: Values,
  variable: 'NM_FILE' | 'RS_FILE',
  role: ListRole,
  mayBeMissing: boolean,
): Promise<ParsedHostList> {
  const path = values[variable];
  if (path === undefined) return { hosts: [], findings: [] };
  const file = await readTextFile(path);
  if ('problem' in file) {
    if (file.isMissing && mayBeMissing && given(env, variable) === undefined) return { hosts: [], findings: [] };
    const remedy =
      variable === 'RS_FILE'
        ? phrase(
            'Mount the list there, or set {variable} to its path. It may be empty, where no host runs RollSite alone.',
            { variable },
          )
        : phrase('Mount the list there, or set {variable} to its path.', { variable });
    return { hosts: [], findings: [{ code: 'LIST_INVALID', where: variable, found: file.problem, remedy }] };
  }
  const user = values.SSH_USER !== undefined && isUserName(values.SSH_USER) ? values.SSH_USER : 'app';
  return parseHostList(file.text, path, role, { user, port: values.SSH_PORT ?? 22 });
}
