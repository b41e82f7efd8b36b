// Which content of a package a node has already, under any name: that is copied on the node, and does not go over the network. Pure.

import type { PlannedEntry } from './home-plan.ts';
import { siteConfFiles } from './own-files.ts';
import { withoutRunTimeFiles } from './run-time-files.ts';
import { packagedEntry, sharedEntry } from './shared-entries.ts';
import type { Tree, TreeEntry } from './tree.ts';

/** Under another name, less content than this is sent all the same: a process for each such file costs the node more. */
const worthACopyBytes = 4096;

/**
 * The planned entries, with `copyOf` where the node's own folders hold the content. Such a file keeps the time that it has there: so
 * nothing but its content has to be looked at again.
 */
export function withLocalContent(
  planned: ReadonlyMap<string, PlannedEntry>,
  home: Tree,
): ReadonlyMap<string, PlannedEntry> {
  const known = contentOf(home);
  return new Map(
    [...planned].map(([path, fresh]) => {
      const { entry, source } = fresh;
      const local = source.from === 'package' ? localCopy(entry, home, known) : undefined;
      if (!local) return [path, fresh];
      const { modifiedSeconds } = local;
      return [path, packagedEntry(sharedEntry({ ...entry, modifiedSeconds }), local.path)];
    }),
  );
}

/** By hash, one file each. What may be written while EggRoll runs is left out. */
function contentOf(home: Tree): ReadonlyMap<string, TreeEntry> {
  const files = [...withoutRunTimeFiles(home).values()].filter(({ path }) => !siteConfFiles.has(path));
  return new Map(files.flatMap((entry) => (entry.sha256 === undefined ? [] : [[entry.sha256, entry] as const])));
}

function localCopy(entry: TreeEntry, home: Tree, known: ReadonlyMap<string, TreeEntry>): TreeEntry | undefined {
  if (entry.sha256 === undefined) return undefined;
  const found = known.get(entry.sha256);
  if (!found) return undefined;
  const same = home.get(entry.path);
  if (same?.sha256 === entry.sha256 && !siteConfFiles.has(entry.path)) return same;
  return entry.sizeBytes < worthACopyBytes ? undefined : found;
}
