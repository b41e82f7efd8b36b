// What the five program folders of a node shall hold after the switch, and where each piece comes from. Pure: no node is asked.
// Rules: DESIGN.md section 8; names: EGGROLL.md sections 1 and 2.

import { hash } from 'node:crypto';
import type { HomePlan, PlannedEntry } from './home-plan.ts';
import { withLocalContent } from './local-content.ts';
import { isSiteBinFile, propertiesPath, siteConfFiles } from './own-files.ts';
import { mergeProperties, type PropertiesMerge } from './properties.ts';
import { withoutRunTimeFiles } from './run-time-files.ts';
import { packagedEntry } from './shared-entries.ts';
import { programFolders, type Tree, type TreeEntry } from './tree.ts';

export type ConfPolicy = 'merge' | 'keep' | 'package';

export interface HomePlanInput {
  readonly package: Tree;
  /** The node's five folders as they are; paths outside them are ignored. */
  readonly home: Tree;
  readonly policy: ConfPolicy;
  /** Version of the package. */
  readonly targetVersion: string;
  /** Bytes of conf/eggroll.properties on the node and in the package; needed for `merge` when both have the file. */
  readonly properties?: { readonly home: Uint8Array; readonly package: Uint8Array };
  /** This node's own values of keys that must differ between nodes (see `MergeOptions`). */
  readonly perNode: ReadonlyMap<string, string>;
}

/**
 * Plans the five folders of one node: lib, python and deploy exactly as in the package; bin as in the package with the site's
 * own files carried over; conf by policy. Planning again from the result gives the result.
 */
export function planHome(input: HomePlanInput): HomePlan {
  const planned = new Map<string, PlannedEntry>();
  for (const entry of input.package.values()) {
    if (input.policy === 'keep' && isBelow(entry.path, 'conf')) continue;
    if (isProgramPath(entry.path)) planned.set(entry.path, packagedEntry(entry));
  }
  const sortedHome = [...withoutRunTimeFiles(input.home).values()].toSorted(byPath);
  for (const entry of sortedHome.filter((candidate) => isCarried(candidate, input))) {
    carryOver(planned, entry, input.home);
  }
  const properties = input.policy === 'merge' ? mergeInto(planned, input) : undefined;
  const sorted = new Map([...planned].toSorted(([left], [right]) => comparePaths(left, right)));
  const entries = withLocalContent(sorted, input.home);
  return properties ? { entries, properties } : { entries };
}

function isCarried(entry: TreeEntry, { policy, package: fresh }: HomePlanInput): boolean {
  if (isBelow(entry.path, 'conf')) {
    if (policy === 'keep') return true;
    if (policy === 'package' || entry.path === 'conf') return false;
    return siteConfFiles.has(entry.path) || !fresh.has(entry.path);
  }
  return !fresh.has(entry.path) && isSiteBinFile(entry.path);
}

// A carried file needs its folders; where the package has a file in place of such a folder, the package wins.
function carryOver(planned: Map<string, PlannedEntry>, entry: TreeEntry, home: Tree): void {
  const existing = planned.get(entry.path)?.entry;
  if (existing && (existing.type === 'directory' || entry.type === 'directory')) return;
  const parents = parentsOf(entry.path);
  if (parents.some((parent) => (planned.get(parent)?.entry.type ?? 'directory') !== 'directory')) return;
  for (const parent of parents) {
    const folder = home.get(parent);
    if (folder && !planned.has(parent)) planned.set(parent, { entry: folder, source: { from: 'home', path: parent } });
  }
  planned.set(entry.path, { entry, source: { from: 'home', path: entry.path } });
}

function mergeInto(planned: Map<string, PlannedEntry>, input: HomePlanInput): PropertiesMerge | undefined {
  const site = input.home.get(propertiesPath);
  if (site?.type !== 'file' || input.package.get(propertiesPath)?.type !== 'file' || !input.properties)
    return undefined;
  // latin1 keeps every byte, whatever the encoding of the site's comments.
  const merge = mergeProperties(latin1(input.properties.home), latin1(input.properties.package), {
    targetVersion: input.targetVersion,
    perNode: input.perNode,
  });
  const content = Buffer.from(merge.text, 'latin1');
  if (!content.equals(input.properties.home)) {
    const entry: TreeEntry = { ...site, sizeBytes: content.length, sha256: hash('sha256', content, 'hex') };
    planned.set(propertiesPath, { entry, source: { from: 'merge', content } });
  }
  return merge;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function isProgramPath(path: string): boolean {
  return programFolders.some((folder) => isBelow(path, folder));
}

function byPath(left: TreeEntry, right: TreeEntry): number {
  return comparePaths(left.path, right.path);
}

function comparePaths(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
