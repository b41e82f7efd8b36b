// Files that a running EggRoll makes inside its program folders; they belong to no package and to no site (EGGROLL.md section 2).

import type { Tree } from './tree.ts';

const runTimePaths = [
  /(?:^|\/)__pycache__(?:\/|$)/,
  /\.pyc$/,
  /^bin\/pid(?:\/|$)/,
  /^bin\/(?:clustermanager|nodemanager|rollsite|dashboard)$/,
];

/** The tree without what a running EggRoll adds to it. */
export function withoutRunTimeFiles(tree: Tree): Tree {
  return new Map([...tree].filter(([path]) => !runTimePaths.some((pattern) => pattern.test(path))));
}
