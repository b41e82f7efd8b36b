// Names and link texts that have fooled programs which unpack archives.

import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Must never come to be. */
export const outside = join(tmpdir(), 'fuzz-archives-evil');

export const names = [
  ...[
    '../evil',
    '../../evil',
    'bin/../../../evil',
    'bin/..',
    '..',
    '.',
    './',
    '/',
    '//',
    '',
    'bin/.',
    'bin//x',
    './bin/./y',
  ],
  ...[
    outside,
    `/${outside}`,
    '/etc/evil',
    'bin/eggroll.sh',
    'bin/eggroll.sh/x',
    'bin',
    'lib',
    'python/link',
    'python/link/x',
  ],
  ...[
    'bin/new',
    'conf/new.json',
    'lib/a.jar',
    'lib/eggroll-core-2.0.2.jar',
    'lib/core-3.1.0.jar',
    'eggroll',
    'eggroll/bin/eggroll.sh',
  ],
  ...[
    'eggroll/lib/x',
    'data/x',
    'bin/\xff\xfe',
    'bin/\u00e9',
    'bin/a\nb',
    'bin/\x1b[31mred',
    'bin/a\tb',
    'bin/ ',
    'bin/-rf',
    'bin/$(id)',
  ],
  ...[
    'bin/x\\y',
    'bin/CON',
    '.eggroll-upgrade/lock',
    'BIN/x',
    `bin/${'n'.repeat(90)}`,
    'bin/__proto__',
    'constructor',
    'bin/two',
  ],
  ...['python/eggroll/__init__.py', 'bin/sub/one', 'bin/sub', 'bin/one/two/three/../four', 'bin/passwd', 'python/out'],
];

export const targets = [
  ...[
    '',
    'eggroll.sh',
    '../bin/eggroll.sh',
    '../../passwd',
    '../../../../../../passwd',
    '/etc/passwd',
    '..',
    '.',
    '/',
    '../..',
  ],
  ...[
    'python/link',
    'link',
    '../python',
    'one',
    'two',
    '../bin/one',
    'bin/two',
    'lib/eggroll-core-2.2.1.jar',
    './bin/eggroll.sh',
    'bin/new',
  ],
  ...[
    'a/'.repeat(50),
    `${'../'.repeat(30)}etc`,
    '\xff',
    'a\nb',
    outside,
    '../data/x',
    '../lib/../conf/../..',
    'nowhere',
    '//',
    'bin/',
  ],
];

export const long = [
  'a/'.repeat(1500),
  `bin/${'n'.repeat(300)}`,
  `bin/${'d/'.repeat(1000)}x`,
  '/'.repeat(5000),
  '../'.repeat(4000),
  `bin/${'é'.repeat(200)}`,
];
