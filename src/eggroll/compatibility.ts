// Which versions an upgrade leads from and to. The one place of this knowledge; docs/versions.md shows it.
// Facts: EGGROLL.md sections 1, 2, 3, 5 and 7.

import { compareVersions, type Generation, generationOf } from './versions.ts';

/** The versions of each generation, the oldest first, for people. */
export const generationRanges = new Map([
  ['2.0', '2.0.0 to 2.1.x'],
  ['2.2', '2.2.0 to 2.4.x'],
  ['2.5', '2.5.0 to 2.5.x, 3.0.0-beta'],
  ['3', '3.0.0 to 3.x'],
] as const satisfies readonly (readonly [Generation, string])[]);

const rollSiteGone =
  'RollSite is no part of 3.x: OSX of FATE 2 takes its place. A RollSite that runs is stopped and not started again.';
const pathMoved = 'egg_pair.filepath moves to python/eggroll/computing.';
const ownHost =
  'nodemanager.host is new: each node gets its name in the list, unless its own file has the key. Where the table server_node knows a node by another name, write that one into its file before.';
const to3 = [rollSiteGone, pathMoved, ownHost] as const;

type JumpNote = (typeof to3)[number];

/** By the generation of the cluster, then of the package: what a person should know. A pair that is missing is refused. */
export const jumps: Readonly<Record<Generation, Readonly<Partial<Record<Generation, readonly JumpNote[]>>>>> = {
  '2.0': {
    '2.0': [],
    '2.2': [],
    '2.5': [],
    '3': to3,
  },
  '2.2': { '2.2': [], '2.5': [], '3': to3 },
  '2.5': { '2.5': [], '3': to3 },
  '3': { '3': [] },
};

/** The first version of which nothing is known here. */
const unknownSince = '4.0.0-0';

/** What a person should know of an upgrade from one version to another; undefined when the table does not have it. */
export function jumpNotes(from: string, to: string): readonly string[] | undefined {
  const [before, after] = [knownGeneration(from), knownGeneration(to)];
  return before && after && jumps[before][after];
}

function knownGeneration(version: string): Generation | undefined {
  return compareVersions(version, unknownSince) < 0 ? generationOf(version) : undefined;
}
