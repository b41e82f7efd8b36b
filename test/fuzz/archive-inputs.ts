// Archives of a package, right ones with hostile entries and damage.

import fc from 'fast-check';
import { long, names, targets } from './archive-words.ts';
import { mutated } from './mutate.ts';
import { binaryNumber, gzipped, octal, type TarPiece, tarOf, withLongName, withPax } from './tar.ts';

const good: readonly TarPiece[] = [
  { name: 'bin/', type: '5', mode: '0000755' },
  { name: 'bin/eggroll.sh', content: Buffer.from('echo eggroll\n'), mode: '0000755' },
  { name: 'conf/eggroll.properties', content: Buffer.from('[eggroll]\na=1\n') },
  { name: 'deploy/guide.md', content: Buffer.from('guide') },
  { name: 'lib/eggroll-core-2.2.1.jar', content: Buffer.alloc(700, 'core') },
  { name: 'lib/same.jar', type: '1', linkName: 'lib/eggroll-core-2.2.1.jar' },
  { name: 'python/eggroll/__init__.py', content: Buffer.from('__version__ = "2.2.1"\n') },
  { name: 'python/link', type: '2', linkName: 'eggroll/__init__.py' },
];

const field = fc.constantFrom(
  octal(0),
  octal(1),
  octal(511),
  octal(513),
  octal(0o77777777777),
  Buffer.from('zzzzzzzzzzz\0'),
  Buffer.from('            '),
  Buffer.from('-1\0        '),
  binaryNumber(0x80, 0),
  binaryNumber(0x80, 0x7f),
  binaryNumber(0xff, 0xff),
  binaryNumber(0xff, 0),
);
const seldom = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

const piece: fc.Arbitrary<TarPiece> = fc
  .record({
    name: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...names) },
      { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
    ),
    type: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('0', '1', '2', '5') },
      { weight: 1, arbitrary: fc.constantFrom(...'0000\x00345678SVDMNAZKLxg ') },
    ),
    content: fc.constantFrom(
      Buffer.alloc(0),
      Buffer.from('x'),
      Buffer.alloc(512, 'y'),
      Buffer.alloc(1000, '\n'),
      Buffer.alloc(3000),
    ),
    linkName: fc.constantFrom(...targets),
    size: seldom(field),
    time: seldom(field),
    mode: seldom(fc.constantFrom('0007777', '0000000', 'zzzzzzz', '0100755')),
    prefix: seldom(fc.constantFrom('bin', '..', '/etc', 'eggroll', 'x'.repeat(155))),
    magic: seldom(fc.constantFrom('ustar  \0', 'ustar\x0000', '', 'tar')),
    isChecksumWrong: fc.oneof(
      { weight: 40, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
  })
  .map(withoutContentOfLinks);

function withoutContentOfLinks(made: Record<string, unknown>): TarPiece {
  const { content, ...rest } = Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined));
  return (/[125]/.test(String(rest['type'])) ? rest : { content, ...rest }) as unknown as TarPiece;
}

const paxRecords = fc.array(
  fc.constantFrom(
    ...[
      'path=../evil',
      'path=bin/pax',
      'path=',
      'linkpath=/etc/passwd',
      'linkpath=eggroll.sh',
      'size=3',
      'size=-1',
      'size=x',
      'size=1e9',
    ],
    ...[
      'size=99999999999999999999',
      'mtime=1.5',
      'mtime=x',
      'GNU.sparse.major=1',
      'GNU.sparse.name=bin/real',
      '__proto__=x',
      'hdrcharset=BINARY',
    ],
    ...[
      `path=bin/${'p'.repeat(250)}`,
      `path=${'q/'.repeat(30_000)}`,
      `linkpath=${'r/'.repeat(30_000)}`,
      'comment=x',
      'no equals',
      'path=bin/\u001b[0m',
    ],
  ),
  { minLength: 1, maxLength: 3 },
);

const hostile: fc.Arbitrary<TarPiece[]> = fc.oneof(
  { weight: 8, arbitrary: piece.map((one) => [one]) },
  { weight: 3, arbitrary: fc.tuple(paxRecords, piece).map(([records, one]) => withPax(records, one)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('L', 'K'), fc.constantFrom(...long, ...names, ...targets), piece)
      .map(([type, text, one]) => withLongName(type as 'L', text, one)),
  },
);

const pieces = fc
  .record({
    top: fc.constantFrom('', '', './', 'eggroll/', './eggroll/', 'x/'),
    missing: fc.oneof({ weight: 8, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: fc.nat(good.length) }),
    added: fc.array(fc.tuple(fc.nat(good.length), hostile), { maxLength: 3 }),
  })
  .map(({ top, missing, added }) => {
    const parts = good.filter((_, index) => index !== missing).map((one) => [one]);
    for (const [at, extra] of added) parts.splice(at, 0, extra);
    return parts.flat().map((one) => withTop(one, top));
  });

// Names that are made to leave the package keep their form.
function withTop(one: TarPiece, top: string): TarPiece {
  const isPlain = /^(?:bin|conf|deploy|lib|python)\//.test(one.name);
  const linkName = one.type === '1' && /^(?:bin|lib)\//.test(one.linkName ?? '') ? top + one.linkName : one.linkName;
  return { ...one, ...(isPlain && { name: top + one.name }), ...(linkName !== undefined && { linkName }) };
}

const latin1 = (bytes: Buffer) => bytes.toString('latin1');
const bytesOf = (text: string) => Buffer.from(text, 'latin1');

const damagedBytes = (base: fc.Arbitrary<Buffer>) =>
  mutated(base.map(latin1), ['\0', '\0'.repeat(512), '\xff', '\x1f\x8b\x08', 'x', 'ustar']).map(bytesOf);

const tar = pieces.map(tarOf);
/** Bytes of an archive. */
export const archive = fc.oneof(
  { weight: 12, arbitrary: tar.map(gzipped) },
  { weight: 3, arbitrary: damagedBytes(tar).map(gzipped) },
  { weight: 2, arbitrary: damagedBytes(tar.map(gzipped)) },
  { weight: 1, arbitrary: fc.tuple(tar, tar).map(([one, two]) => Buffer.concat([gzipped(one), gzipped(two)])) },
  { weight: 1, arbitrary: tar },
);
