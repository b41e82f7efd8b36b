// Is EGGROLL_HOME on a node an EggRoll home, of a version that leads to that of the package, that can be switched by renames? A part
// of the preflight of a new run.

import { noRoomIn } from '../cluster/command.ts';
import type { EntryKind, NodeFacts } from '../cluster/facts.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { jumpNotes } from '../eggroll/compatibility.ts';
import { propertiesPath } from '../eggroll/own-files.ts';
import { downgradeReason } from '../eggroll/versions.ts';
import type { Finding } from '../engine/errors.ts';
import { shellWord } from '../engine/shell-words.ts';
import { phrase } from '../messages/phrases.ts';
import { homeVersion } from './versions.ts';
import type { World } from './world.ts';

/** What is wrong with a home; notes the version that is installed. */
export function checkHome(world: World, node: ClusterNode, facts: NodeFacts): Finding[] {
  const where = node.name;
  const folders = [...facts.folders].flatMap(([folder, kind]) => folderFindings(node, folder, kind));
  const renames = facts.renameProblems.map(
    (problem): Finding =>
      noRoomIn(problem)
        ? { code: 'DISK_FULL', where, found: `Nothing can be written: ${problem}.` }
        : { code: 'HOME_REFUSED', where, found: `A switch by renames is not possible: ${problem}.` },
  );
  const detected = homeVersion(facts);
  if (!world.inputs) {
    // A recovery replaces whatever has become of the folders.
    if ('version' in detected) world.versionsBefore.set(node.name, detected.version);
    return [...folders.filter(({ code }) => code === 'HOME_REFUSED'), ...renames];
  }
  const found = [...folders, ...propertiesFindings(world, node, facts), ...renames];
  if ('reason' in detected) {
    return [...found, { code: 'HOME_INVALID', where, found: `No EggRoll version was found: ${detected.reason}.` }];
  }
  world.versionsBefore.set(node.name, detected.version);
  return [...found, ...jumpFindings(where, detected.version, world.inputs.package.version)];
}

function folderFindings({ name: where, home }: ClusterNode, folder: string, kind: EntryKind): Finding[] {
  if (kind === 'directory') return [];
  if (kind === 'missing') return [{ code: 'HOME_INVALID', where, found: `${home} has no folder ${folder}.` }];
  if (kind !== 'symlink') {
    return [{ code: 'HOME_REFUSED', where, found: `${home}/${folder} is not a folder but a file.` }];
  }
  const found = `${home}/${folder} is not a real folder but a symbolic link: a switch would leave what it leads to as it is.`;
  const commands = `cd ${shellWord(home)} && cp -a "$(readlink -f ${folder})" ${folder}.real && rm ${folder} && mv ${folder}.real ${folder}`;
  const remedy = phrase('Stop the services and put the folder itself in the place of the link: {commands}', {
    commands,
  });
  return [{ code: 'HOME_REFUSED', where, found, remedy }];
}

function propertiesFindings({ config }: World, { name: where, home }: ClusterNode, facts: NodeFacts): Finding[] {
  const { propertiesKind: kind } = facts;
  const path = `${home}/${propertiesPath}`;
  // Without the folder, that is what to say.
  if (kind === 'file' || config.confPolicy === 'package' || facts.folders.get('conf') !== 'directory') return [];
  if (kind === 'missing') return [{ code: 'HOME_INVALID', where, found: `There is no file ${path}.` }];
  if (config.confPolicy === 'keep' && kind === 'symlink') return [];
  const found = `${path} is not a real file but a ${kind === 'symlink' ? 'symbolic link' : 'folder'}: new keys cannot be merged into it.`;
  const remedy = 'Put the file itself in its place, or set CONF_POLICY=keep and merge the new keys yourself.';
  return [{ code: 'HOME_REFUSED', where, found, remedy }];
}

function jumpFindings(where: string, from: string, to: string): Finding[] {
  const downgrade = downgradeReason(from, to);
  if (downgrade) return [{ code: 'DOWNGRADE', where, found: downgrade }];
  if (jumpNotes(from, to)) return [];
  return [{ code: 'VERSION_UNSUPPORTED', where, found: `An upgrade from ${from} to ${to} is not known here.` }];
}
