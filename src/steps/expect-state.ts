// Before a run is resumed or taken back: are the nodes in a state that a run of this program leaves? A person or another program may
// have been there in between. What is found is named with the choices, and nothing is changed.

import { compareTrees, readTree } from '../cluster/manifest.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { expectedTree, type HomePlan } from '../eggroll/home-plan.ts';
import { withoutRunTimeFiles } from '../eggroll/run-time-files.ts';
import { type ProgramFolder, programFolders, type Tree } from '../eggroll/tree.ts';
import { type Finding, throwFindings } from '../engine/errors.ts';
import type { RunState } from '../engine/record.ts';
import { phrase } from '../messages/phrases.ts';
import type { FolderState, SwitchState } from './looks.ts';
import { planNode, readSwitchState, runFolder, switchBegun, topFolder } from './node-plan.ts';
import { onNodes } from './nodes.ts';
import { acceptRemedy, oldTreeDifferences } from './old-tree.ts';
import { shortList } from './stage.ts';
import { currentRun, type World } from './world.ts';

/** For `upgrade`, before it goes on. Reads the folders of nodes whose switch has begun. Throws STATE_UNEXPECTED with every finding. */
export async function expectResumable(world: World): Promise<void> {
  const states = await switchStates(world);
  throwFindings([...states].flatMap(([node, state]) => placesFindings(world, node, state, 'open')));
  throwFindings(treesGone(world, states));
  const begun = [...states].flatMap(([node, state]) => (switchBegun(state) ? [{ node, state }] : []));
  const findings = await onNodes(
    world,
    async (node) => {
      const state = states.get(node);
      return state ? contentFindings(world, node, state) : [];
    },
    begun.map(({ node }) => node),
  );
  throwFindings(findings.flat());
}

/** For `recover`, before anything is put back. Throws STATE_UNEXPECTED and RECOVER_MISMATCH with every finding. */
export async function expectRecoverable(world: World, runState: RunState): Promise<void> {
  const states = await switchStates(world);
  throwFindings([...states].flatMap(([node, state]) => placesFindings(world, node, state, runState)));
  throwFindings(treesGone(world, states));
  await expectOldTrees(world);
}

/** The old folders are what they were, on every node whose switch has begun. Throws RECOVER_MISMATCH. */
export async function expectOldTrees(world: World): Promise<void> {
  const findings = await onNodes(world, async (node): Promise<Finding[]> => {
    if (!switchBegun(await readSwitchState(world, node))) return [];
    const differences = await oldTreeDifferences(world, node);
    if (differences.length === 0) return [];
    const folder = runFolder(world, node);
    const found = `The old folders in ${folder} differ from what they were before the upgrade: ${shortList(differences)}.`;
    return [{ code: 'RECOVER_MISMATCH', where: node.name, found, remedy: acceptRemedy(folder) }];
  });
  throwFindings(findings.flat());
}

async function switchStates(world: World): Promise<Map<ClusterNode, SwitchState>> {
  return new Map(await onNodes(world, async (node) => [node, await readSwitchState(world, node)] as const));
}

function placesFindings(world: World, node: ClusterNode, state: SwitchState, runState: RunState): Finding[] {
  const mustBeNew = runState === 'finished' || switchBegun(state);
  const forward = runState === 'open' && world.inputs !== undefined;
  const objected = [...state].flatMap(([name, places]) => {
    const objection = objectionTo(places, { mustBeNew, forward });
    return objection ? [{ name, ...objection }] : [];
  });
  const kinds = world.facts.get(node.name)?.folders;
  const strange = [...state].flatMap(([name, { live }]): Finding[] => {
    const kind = kinds?.get(name);
    if (!live || kind === undefined || kind === 'directory') return [];
    const found = `${node.home}/${name} is not a real folder but a ${kind}.`;
    const remedy = 'Put the real folder back into its place, then run the same command again.';
    return [{ code: 'STATE_UNEXPECTED', where: node.name, found, remedy }];
  });
  return [...groupedFindings(world, node, objected), ...strange];
}

// A whole backup that is gone is one thing to read, not five.
function groupedFindings(
  world: World,
  node: ClusterNode,
  objected: readonly (Objection & { readonly name: ProgramFolder })[],
): Finding[] {
  return [...new Set(objected.map(({ problem }) => problem))].flatMap((problem): Finding[] => {
    const group = objected.filter((other) => other.problem === problem);
    const names = group.map(({ name }) => name);
    const name = names.length === 1 ? names.join() : `{${names.join()}}`;
    const values = { live: `${node.home}/${name}`, run: runFolder(world, node), name };
    const found = `${names.join(', ')}: where no run leaves a folder: ${problem.replaceAll('RUN', values.run)}.`;
    const remedy = group[0] && phrase(group[0].choice, values);
    return [{ code: 'STATE_UNEXPECTED', where: node.name, found, ...(remedy && { remedy }) }];
  });
}

interface Objection {
  /** With RUN for the run's folder. */
  readonly problem: string;
  /** What to do. */
  readonly choice: (typeof choices)[keyof typeof choices];
}

const choices = {
  moveOne: 'Move away the one that does not belong to the run, then run the same command again.',
  putBackLive: 'Put the old folder back as {live} from your own copy, then run the same command again.',
  putBackBackup: 'Put the old folder back as {run}/backup/{name} from your own copy, then run the same command again.',
  recover:
    'Run `recover`: the old one is in {run}/backup. Or put the new folder into its place as {live} and run `upgrade` again.',
} as const;

/** Why no run leaves a folder in these places, whatever it was doing; undefined when one does. */
export function objectionTo(
  { staged, live, backup }: FolderState,
  { mustBeNew, forward }: { readonly mustBeNew: boolean; readonly forward: boolean },
): Objection | undefined {
  if (staged && live && backup) {
    const problem = 'there is a new one in RUN/staged, one in its place and an old one in RUN/backup';
    return { problem, choice: choices.moveOne };
  }
  if (!live && !backup) {
    const problem = staged ? 'the old one is gone, and the new one is still staged' : 'it is gone';
    return { problem, choice: choices.putBackLive };
  }
  if (!staged && live && !backup && mustBeNew) {
    const problem = 'it is in its place, and no old one is in RUN/backup';
    return { problem, choice: choices.putBackBackup };
  }
  if (!staged && !live && forward) {
    return { problem: 'the new one is gone', choice: choices.recover };
  }
  return undefined;
}

// The lists of old trees are written on all nodes before the first rename on any; a node without one has lost our folder since.
function treesGone(world: World, states: ReadonlyMap<ClusterNode, SwitchState>): Finding[] {
  const { id } = currentRun(world);
  const entriesOf = (node: ClusterNode) => world.facts.get(node.name)?.runEntries.get(id);
  const switched = [...states.keys()].find((node) => entriesOf(node)?.has('backup'));
  if (!switched) return [];
  return [...states.keys()].flatMap((node): Finding[] => {
    const entries = entriesOf(node);
    if (entries?.has('old-tree.json') || entries?.has('old-tree.accepted')) return [];
    const folder = runFolder(world, node);
    const found = `${folder}/old-tree.json is missing, although the switch has begun on ${switched.name}: nobody knows whether the folders here are the old ones or the new ones.`;
    const remedy = phrase(
      'Put {folder} back as it was; or, when the five folders of {home} are the old ones, make an empty file {folder}/old-tree.accepted. Then run the same command again.',
      { folder, home: node.home },
    );
    return [{ code: 'STATE_UNEXPECTED', where: node.name, found, remedy }];
  });
}

async function contentFindings(world: World, node: ClusterNode, state: SwitchState): Promise<Finding[]> {
  const folder = runFolder(world, node);
  const old = await oldTreeDifferences(world, node);
  const backup: Finding[] =
    old.length === 0
      ? []
      : [
          {
            code: 'STATE_UNEXPECTED',
            where: node.name,
            found: `The old folders in ${folder} were changed since the run stopped: ${shortList(old)}.`,
            remedy: phrase(
              'Put them right, or take them as they are by an empty file {folder}/old-tree.accepted. Then run `upgrade` again, or `recover`.',
              { folder },
            ),
          },
        ];
  const isNew = programFolders.filter((name) => {
    const places = state.get(name);
    return places?.live && places.backup && !places.staged;
  });
  const live = isNew.length > 0 ? await readTree(node, node.home, isNew) : new Map();
  const { plan } = await planNode(world, node);
  const differences = newTreeDifferences(plan, live, isNew);
  if (differences.length === 0) return backup;
  const found = `Files of the new version were changed since the run stopped: ${shortList(differences)}.`;
  const remedy =
    'Put them right and run `upgrade` again; or run `recover`, which keeps them in the folder `replaced` of the run.';
  return [...backup, { code: 'STATE_UNEXPECTED', where: node.name, found, remedy }];
}

/** How live folders differ from what they shall be. The site's own files may change as soon as services run; they have to be there. */
export function newTreeDifferences(
  plan: HomePlan,
  live: Tree,
  folders: readonly ProgramFolder[] = programFolders,
): string[] {
  const siteFiles = new Set(
    [...plan.entries].filter(([, { source }]) => source.from !== 'package').map(([path]) => path),
  );
  const found = withoutRunTimeFiles(live);
  const inFolders = (path: string) => folders.includes(topFolder(path));
  const compared = (tree: Tree): Tree => new Map([...tree].filter(([path]) => inFolders(path) && !siteFiles.has(path)));
  return [
    ...compareTrees(compared(expectedTree(plan)), compared(found), { times: false }),
    ...[...siteFiles].filter((path) => inFolders(path) && !found.has(path)).map((path) => `${path}: missing`),
  ];
}
