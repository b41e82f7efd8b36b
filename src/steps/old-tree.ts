// What the five folders of a node were right before the switch, and whether the old ones are still that, wherever they are now.

import { readSmallFile } from '../cluster/facts.ts';
import { compareTrees, readTree } from '../cluster/manifest.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { withoutRunTimeFiles } from '../eggroll/run-time-files.ts';
import { programFolders, type Tree, type TreeEntry } from '../eggroll/tree.ts';
import { seal, unseal } from '../engine/sealed.ts';
import { type Phrase, phrase } from '../messages/phrases.ts';
import { readSwitchState, runFolder, topFolder } from './node-plan.ts';
import { currentRun, type World } from './world.ts';

const oldTreeFile = 'old-tree.json';
// Some 200 bytes for each file of a home.
const oldTreeLimitBytes = 1_073_741_824;

/** `old` is what the five folders hold while nothing runs any more. */
export async function rememberOldTree(world: World, node: ClusterNode, old: Tree): Promise<void> {
  await node.change('write-record', [currentRun(world).id, oldTreeFile], { input: Buffer.from(serialiseTree(old)) });
}

export function serialiseTree(tree: Tree): string {
  return seal([...tree.values()]);
}

/** The tree in a file, or undefined when the file is damaged. */
export function parseTree(bytes: Buffer): Tree | undefined {
  const entries = unseal(bytes);
  return Array.isArray(entries) ? new Map((entries as TreeEntry[]).map((entry) => [entry.path, entry])) : undefined;
}

/**
 * Where the old folders of a node differ from what they were: content, modes, links and times of files. Of those that are still in
 * their places, or in them again, files that a running EggRoll makes do not count. A person who takes the old folders as they are
 * has put a file `old-tree.accepted` beside the list: then there is nothing to compare with, and no difference.
 */
export async function oldTreeDifferences(world: World, node: ClusterNode): Promise<string[]> {
  const entries = world.facts.get(node.name)?.runEntries.get(currentRun(world).id);
  if (entries?.has('old-tree.accepted')) return [];
  const folder = runFolder(world, node);
  const bytes = await readSmallFile(node, `${folder}/${oldTreeFile}`, oldTreeLimitBytes);
  if (!bytes) return [`${folder}/${oldTreeFile}: missing`];
  const old = parseTree(bytes);
  if (!old) return [`${folder}/${oldTreeFile}: damaged`];
  const state = await readSwitchState(world, node);
  const inBackup = programFolders.filter((name) => state.get(name)?.backup);
  const inPlace = programFolders.filter((name) => !state.get(name)?.backup);
  const isKept = ({ path }: TreeEntry) => inBackup.includes(topFolder(path));
  const [kept, live] = [
    inBackup.length > 0 ? await readTree(node, `${folder}/backup`, inBackup, { anew: true }) : new Map(),
    inPlace.length > 0 ? await readTree(node, node.home, inPlace, { anew: true }) : new Map(),
  ];
  const part = (wanted: boolean): Tree => new Map([...old].filter(([, entry]) => isKept(entry) === wanted));
  return [
    ...compareTrees(part(true), kept, { times: true }).map((line) => `backup/${line}`),
    ...compareTrees(withoutRunTimeFiles(part(false)), withoutRunTimeFiles(live), { times: true }),
  ];
}

/** How a person goes on although the old folders are not what they were. */
export function acceptRemedy(folder: string): Phrase {
  return phrase(
    'Put the files right in {folder}/backup; or, to take the old folders as they are, make an empty file {folder}/old-tree.accepted. Then run `recover` again.',
    { folder },
  );
}
