/**
 * The mutations in test/mutations: each is a patch that breaks one promise of the program, with a head of three lines that says which,
 * and which test has to fail of it:
 *
 *   Breaks: what is wrong then, in one sentence
 *   Promise: which promise that is
 *   Caught-by: test/…/x.test.ts > words in the name of the case, in their order, each after a >
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Mutation {
  /** Of the file, without `.patch`. */
  readonly name: string;
  /** The patch, from the top of the repository. */
  readonly file: string;
  readonly breaks: string;
  readonly promise: string;
  /** From the top of the repository. */
  readonly test: string;
  /** Words that stand in the name of the case, or of what is around it. */
  readonly words: readonly string[];
  /** The files that it changes. */
  readonly changes: readonly string[];
}

const folder = 'test/mutations';

/** Every mutation, by name. Throws when the head of one lacks something. */
export function readMutations(root: string): Mutation[] {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.patch'));
  return names.sort().map((name) => {
    const file = `${folder}/${name}`;
    return { name: name.slice(0, -'.patch'.length), file, ...parsePatch(file, readFileSync(join(root, file), 'utf8')) };
  });
}

export function parsePatch(file: string, text: string): Omit<Mutation, 'name' | 'file'> {
  const head = text.slice(0, text.search(/^--- /m));
  const line = (key: string) => {
    const found = new RegExp(`^${key}: (.+)$`, 'm').exec(head)?.[1];
    if (!found) throw new Error(`The head of ${file} has no line '${key}: …'.`);
    return found;
  };
  const [test = '', ...words] = line('Caught-by').split(' > ');
  const changes = [...text.matchAll(/^\+\+\+ b\/(.+)$/gm)].map(([, path = '']) => path);
  return { breaks: line('Breaks'), promise: line('Promise'), test, words, changes };
}

/** The name of the case as `vitest -t` takes it. */
export function pattern({ words }: Pick<Mutation, 'words'>): string {
  return words.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
}

export interface Applied {
  readonly isDone: boolean;
  readonly problem: string;
}

/** Applies a patch to a tree, which need be no checkout of git; `how` are further options of `git apply`. */
export function applyPatch(root: string, file: string, ...how: readonly string[]): Applied {
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...env } = process.env;
  // Within another repository, git would look for the files from its top.
  const options = { cwd: root, encoding: 'utf8', env: { ...env, GIT_CEILING_DIRECTORIES: dirname(root) } } as const;
  const { status, stderr, error } = spawnSync('git', ['apply', ...how, file], options);
  return { isDone: status === 0, problem: error?.message ?? stderr.trim() };
}
