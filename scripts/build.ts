/**
 * Makes dist out of src: one file for each program, with the libraries in it, as hundreds of small ones take longer to load than a whole
 * cluster takes to be looked at. ssh2 stays a package, for its native parts, and mysql2, as the tests of faults reach into both. Beside
 * them lies what is no TypeScript.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
await build({
  cwd: root,
  input: {
    main: 'src/cli/main.ts',
    'fetch-package': 'src/cli/fetch-package.ts',
    'prepare-cluster': 'src/rehearsal/prepare-cli.ts',
  },
  external: ['ssh2', /^mysql2/],
  platform: 'node',
  output: { dir: dist, format: 'esm', sourcemap: true, chunkFileNames: '[name].js' },
});
// Where the code looks for them: beside the file that it is in.
cpSync(join(root, 'src/cluster/remote'), join(dist, 'remote'), { recursive: true });
cpSync(join(root, 'src/rehearsal/assets'), join(dist, 'assets'), { recursive: true });
cpSync(join(root, 'images/node'), join(dist, 'node-image'), { recursive: true });
