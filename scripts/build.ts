/** Compiles src to dist and copies beside it what is no TypeScript: the shell files for nodes, fixtures, templates. */
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';

const root = join(import.meta.dirname, '..');

rmSync(join(root, 'dist'), { recursive: true, force: true });
const compiler = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (compiler.status !== 0) process.exit(1);
cpSync(join(root, 'src'), join(root, 'dist'), {
  recursive: true,
  filter: (path) => extname(path) !== '.ts' || statSync(path).isDirectory(),
});
