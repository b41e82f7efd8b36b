// A package that can be upgraded to, as small as one can be.

import { gzipped, type TarPiece, tarOf } from '../fuzz/tar.ts';

const pieces: readonly TarPiece[] = [
  ['bin/eggroll.sh', 'echo eggroll\n'],
  ['conf/eggroll.properties', '[eggroll]\n'],
  ['deploy/x', ''],
  ['lib/eggroll-core-2.2.1.jar', 'core'],
  ['python/eggroll/__init__.py', '__version__ = "2.2.1"\n'],
].map(([name = '', text = '']) => ({ name, content: Buffer.from(text) }));

export function packageArchive(more: readonly TarPiece[] = []): Buffer {
  return gzipped(tarOf([...pieces, ...more]));
}
