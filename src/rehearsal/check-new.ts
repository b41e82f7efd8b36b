// Phase: the upgraded nodes really hold the package, by a look of its own and not by what the upgrade says.

import type { Tree } from '../eggroll/tree.ts';
import { type Finding, throwFindings } from '../engine/errors.ts';
import { snapshotOf } from './compare.ts';
import { phase } from './phase.ts';
import { byPath, type Snapshot } from './snapshot.ts';
import { known, type RehearsalWorld } from './world.ts';

export const checkNew = phase('check-new', 'check files and services of the new version', async (world) => {
  await expectNewState(world);
  const { version, tree } = world.inputs.package;
  const files = [...tree.values()].filter(({ type }) => type === 'file').length;
  return world.say('each node holds the {files} files of {version}, and runs what ran before', { files, version });
});

/** Throws VERIFY_FAILED with the first differences of every node. */
export async function expectNewState(world: RehearsalWorld): Promise<void> {
  const before = known(world.before, 'first state');
  const after = await snapshotOf(world);
  const { hosts } = known(world.throwaway, 'cluster');
  const startsServices = world.config.policies['START_SERVICES'] !== 'false';
  throwFindings(
    hosts.flatMap(({ name, listed }) => {
      const problems = [
        ...fileProblems(world.inputs.package.tree, after.files[name] ?? ''),
        ...(startsServices ? serviceProblems(before, after, name) : []),
      ];
      return problems.map((found): Finding => ({ code: 'VERIFY_FAILED', where: `${listed} of the rehearsal`, found }));
    }),
  );
}

const shownProblems = 5;

/** What of bin, deploy, lib and python is not as in the package. Of conf, the site decides, by CONF_POLICY. */
export function fileProblems(tree: Tree, files: string): string[] {
  const found = byPath(files);
  const problems: string[] = [];
  for (const { path, type, sha256 } of tree.values()) {
    if (type !== 'file' || /^conf(?:\/|$)/.test(path)) continue;
    const line = found.get(`./${path}`);
    if (line === undefined) problems.push(`${path} is missing.`);
    else if (sha256 !== undefined && !line.includes(` ${sha256} `)) problems.push(`${path} has another content.`);
  }
  for (const path of found.keys()) {
    const own = path.slice(2);
    if (/^(?:deploy|lib)\//.test(own) && !tree.has(own)) problems.push(`${own} is not in the package.`);
  }
  if (problems.length <= shownProblems) return problems;
  return [
    ...problems.slice(0, shownProblems),
    `${problems.length - shownProblems} more files are not as they should be.`,
  ];
}

function serviceProblems(before: Snapshot, after: Snapshot, name: string): string[] {
  const modules = ({ services }: Snapshot) => (services[name] ?? '').split('\n').map((line) => line.split(' ')[0]);
  const [ran, runs] = [modules(before).join(' ').trim(), modules(after).join(' ').trim()];
  const stale = (after.services[name] ?? '').includes('stale');
  return [
    ...(ran === runs ? [] : [`Services run: ${runs || 'none'}; before: ${ran || 'none'}.`]),
    ...(stale ? ['A service still runs from the old version.'] : []),
  ];
}
