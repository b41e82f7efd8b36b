// A file tree as data: what a package holds, what a node has, what a node shall have. Pure; no I/O.

/** The five program folders of EGGROLL_HOME, in the order in which they are switched. */
export const programFolders = ['bin', 'conf', 'deploy', 'lib', 'python'] as const;

export type ProgramFolder = (typeof programFolders)[number];

export interface TreeEntry {
  /** Relative to EGGROLL_HOME, `/` between parts, no leading `./`: `conf/eggroll.properties`. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  /** Permission bits, such as 0o644. */
  readonly mode: number;
  readonly sizeBytes: number;
  /** Whole seconds since 1970. */
  readonly modifiedSeconds: number;
  /** Lower-case hex; files only. */
  readonly sha256?: string;
  /** Link text; symlinks only. */
  readonly target?: string;
}

/** By path. */
export type Tree = ReadonlyMap<string, TreeEntry>;
