// How each tool is told to bring a package to nodes.

import type { CaseName, ToolName } from './options.ts';
import type { PackageName } from './trees.ts';

export interface Task {
  readonly runner: 'ours' | 'peers';
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What the kernel notes when the live folders change; see images/bench/bench-mixed. */
  readonly changes: 'in-place' | 'renames';
}

/** `hosts` is the name of a list in /config. */
export function taskOf(tool: ToolName, name: PackageName, hosts: string, env: Task['env']): Task {
  if (tool === 'ours') return upgrade(name, hosts, env);
  const command = [`/usr/local/share/bench/${tool}.sh`, `/package/${name}/eggroll`, `/config/${hosts}`];
  return { runner: 'peers', command, env: {}, changes: 'in-place' };
}

// Files only, on both sides: no database, no services. Verification by hash and the backup are part of it.
function upgrade(name: PackageName, hosts: string, env: Task['env']): Task {
  return {
    runner: 'ours',
    command: ['node', '/app/dist/main.js', 'upgrade'],
    env: {
      EGGROLL_HOME: '/data/projects/fate/eggroll',
      PKG_BASE_PATH: `/package/${name}`,
      NM_FILE: `/config/${hosts}`,
      RS_FILE: '/config/none',
      MYSQL_FILE: 'none',
      SERVICE_CONTROL: 'none',
      OUTPUT: 'json',
      ...env,
    },
    changes: 'renames',
  };
}

export interface Situation {
  /** What the homes are before, and which package comes. */
  readonly home: 'old' | PackageName;
  readonly package: PackageName;
}

export const situations: Readonly<Record<CaseName, Situation>> = {
  full: { home: 'old', package: 'full' },
  small: { home: 'full', package: 'small' },
  nothing: { home: 'full', package: 'full' },
};
