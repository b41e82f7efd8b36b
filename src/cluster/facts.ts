// What inspect.sh tells about a node and its EGGROLL_HOME, as typed values.

import { type ProgramFolder, programFolders } from '../eggroll/tree.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { ClusterNode } from './node.ts';
import type { Question } from './remote-scripts.ts';
import { parseRunFacts, type RunFacts } from './run-facts.ts';

export type EntryKind = 'directory' | 'symlink' | 'file' | 'missing' | 'other';

export interface NodeFacts extends RunFacts {
  readonly user: string;
  readonly missingTools: readonly string[];
  readonly homePresent: boolean;
  /** Which folder EGGROLL_HOME is, links followed: no other one of any running machine has it. Undefined where there is none. */
  readonly homeIdentity: string | undefined;
  /** Undefined where the file system does not tell. */
  readonly freeBytes: number | undefined;
  /** Undefined where the file system does not count inodes. */
  readonly freeInodes: number | undefined;
  readonly folders: ReadonlyMap<ProgramFolder, EntryKind>;
  /** File names in lib. */
  readonly jars: readonly string[];
  /** Why the switch would not be made of true renames; empty when it would, and where that was not tried. */
  readonly renameProblems: readonly string[];
  /** Text of python/eggroll/__init__.py; undefined when there is none. */
  readonly initPy: string | undefined;
  readonly propertiesKind: EntryKind;
  /** Bytes of conf/eggroll.properties; undefined when there is none. */
  readonly properties: Buffer | undefined;
}

const fileLimitBytes = 16 * 1_048_576;

/** The arguments of inspect.sh. Only checks before a run want the proof that the folders can be renamed; it costs more than the rest. */
export function inspectArguments(home: string, { provesRenames = true } = {}): string[] {
  return [home, String(fileLimitBytes + 1), ...(provesRenames ? [] : ['-']), ...programFolders];
}

/** Asks for what `factsFrom` takes, but for the proof of renames. */
export function factsOf({ home }: ClusterNode): Question {
  return ['inspect', inspectArguments(home, { provesRenames: false })];
}

/** Looks at a node, but for the proof of renames; changes nothing. Throws NODE_UNFIT when a file that is to be read is larger than any such file is. */
export async function inspectNode(node: ClusterNode): Promise<NodeFacts> {
  const { stdout } = await node.ask(...factsOf(node));
  return factsFrom(node, stdout);
}

/** The facts in what inspect.sh printed. Throws NODE_UNFIT when a file that is to be read is larger than any such file is. */
export function factsFrom(node: ClusterNode, printed: Buffer): NodeFacts {
  const facts = parseFacts(printed.toString('utf8'));
  expectSmall(node, `${node.home}/python/eggroll/__init__.py`, facts.initPy, fileLimitBytes);
  expectSmall(node, `${node.home}/conf/eggroll.properties`, facts.properties, fileLimitBytes);
  return facts;
}

/** The bytes of a small file on a node; undefined when there is none. Throws NODE_UNFIT when it is larger than any such file is. */
export async function readSmallFile(
  node: ClusterNode,
  path: string,
  limitBytes = fileLimitBytes,
): Promise<Buffer | undefined> {
  const { stdout } = await node.ask(...smallFile(path, limitBytes));
  return contentFrom(node, path, stdout, limitBytes);
}

/** Asks for what `contentFrom` takes, for those who have more to ask in the same command. */
export function smallFile(path: string, limitBytes = fileLimitBytes): Question {
  return ['read-file', [path, String(limitBytes + 1)]];
}

/** What `readSmallFile` gives, of what was printed. Throws NODE_UNFIT when the file is larger than any such file is. */
export function contentFrom(
  node: ClusterNode,
  path: string,
  stdout: Buffer,
  limitBytes = fileLimitBytes,
): Buffer | undefined {
  const present = 'present\n';
  const bytes = stdout.length < present.length ? undefined : stdout.subarray(present.length);
  expectSmall(node, path, bytes, limitBytes);
  return bytes;
}

function expectSmall(node: ClusterNode, path: string, content: Buffer | string | undefined, limitBytes: number): void {
  if (content === undefined || Buffer.byteLength(content) <= limitBytes) return;
  throw new UpgradeError({
    code: 'NODE_UNFIT',
    where: node.name,
    found: `${path} is larger than ${limitBytes} bytes.`,
  });
}

/** Reads `block size, blocks, free blocks, inodes, free inodes`. A file system that counts none of them says that it has 0. */
export function parseRoom(text: string): Pick<NodeFacts, 'freeBytes' | 'freeInodes'> {
  const [blockBytes, blocks, freeBlocks, inodes, freeInodes] = text.split(' ');
  return {
    freeBytes: Number(blocks) > 0 ? countOf(freeBlocks, Number(blockBytes)) : undefined,
    freeInodes: Number(inodes) > 0 ? countOf(freeInodes, 1) : undefined,
  };
}

function countOf(text: string | undefined, unit: number): number | undefined {
  return /^\d+$/.test(text ?? '') && unit > 0 ? Number(text) * unit : undefined;
}

/** Facts from what inspect.sh printed. */
export function parseFacts(text: string): NodeFacts {
  const facts = text.split('\n').flatMap((line) => {
    const space = line.indexOf(' ');
    return space > 0 ? [{ key: line.slice(0, space), value: line.slice(space + 1) }] : [];
  });
  const all = (key: string) => facts.filter((fact) => fact.key === key).map((fact) => fact.value);
  const content = (key: string) => all(key).map((encoded) => Buffer.from(encoded, 'base64'))[0];
  return {
    user: all('user')[0] ?? 'unknown',
    missingTools: all('missing-tool'),
    homePresent: all('home')[0] === 'present',
    homeIdentity: all('identity')[0],
    ...parseRoom(all('room')[0] ?? ''),
    folders: new Map(all('folder').map((value) => value.split(' ') as [ProgramFolder, EntryKind])),
    jars: all('jar'),
    renameProblems: all('rename'),
    initPy: content('init-py')?.toString('utf8'),
    propertiesKind: (all('properties-kind')[0] ?? 'missing') as EntryKind,
    properties: content('properties'),
    ...parseRunFacts(all),
  };
}
