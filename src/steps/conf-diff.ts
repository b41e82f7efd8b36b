// What changes in the texts of conf on a node, line by line, without the values that are nobody's business.

import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { structuredPatch } from 'diff';
import { readSmallFile } from '../cluster/facts.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { propertiesPath } from '../eggroll/own-files.ts';
import type { ConfChange } from '../engine/plan.ts';
import { readSwitchState, runFolder } from './node-plan.ts';
import { currentPackage, type NodePlan, type World } from './world.ts';

/** The diff of each path of `changed` that is below conf. */
export async function confChanges(
  world: World,
  node: ClusterNode,
  plan: NodePlan,
  changed: readonly string[],
): Promise<ConfChange[]> {
  const paths = changed.filter((path) => path.startsWith('conf/') && plan.old.get(path)?.type === 'file');
  if (paths.length === 0) return [];
  const inBackup = world.run !== undefined && (await readSwitchState(world, node)).get('conf')?.backup === true;
  const root = inBackup ? `${runFolder(world, node)}/backup` : node.home;
  return Promise.all(
    paths.map(async (path) => {
      const known = inBackup || path !== propertiesPath ? undefined : world.facts.get(node.name)?.properties;
      const before = known ?? (await readSmallFile(node, `${root}/${path}`));
      const after = await newContent(world, plan, path);
      return { path, diff: before && after ? diffOf(before, after) : [] };
    }),
  );
}

async function newContent(world: World, { plan }: NodePlan, path: string): Promise<Buffer | undefined> {
  const planned = plan.entries.get(path);
  if (planned?.entry.type !== 'file' || planned.source.from === 'home') return undefined;
  return planned.source.from === 'merge' ? planned.source.content : readFile(join(currentPackage(world).root, path));
}

/** Hunks of a unified diff, a line each; empty where either is no text. */
export function diffOf(before: Buffer, after: Buffer): string[] {
  const isText = (bytes: Buffer) => isUtf8(bytes) && !bytes.includes(0);
  if (!isText(before) || !isText(after)) return [];
  const { hunks } = structuredPatch('', '', before.toString('utf8'), after.toString('utf8'), '', '', { context: 1 });
  return hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
    ...lines.map((line) => masked(line.replace(/\r$/, ''))),
  ]);
}

const secretKey = /(?:password|passwd|pwd|secret|token|private_key|login\.username)[^=:]*$/i;

/** A line of a file of properties (or of JSON) whose key looks like that of a secret, without its value. */
function masked(line: string): string {
  const sign = line.search(/[=:]/);
  const inUrl = line.replace(/([?&;](?:password|user)=)[^&;\s"]*/gi, '$1***');
  if (sign < 0 || !secretKey.test(line.slice(0, sign)) || /^\s*$/.test(line.slice(sign + 1))) return inUrl;
  return `${line.slice(0, sign + 1)}***`;
}
