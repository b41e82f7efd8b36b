// Environments, right ones with a few wrong values, and the files that they name.

import fc from 'fast-check';
import { knownNames, type VariableName, variableNames, variables } from '../../src/config/variables.ts';
import { pemLine } from '../support/pem.ts';
import { makeKey, privateKey, publicKey } from '../unit/config/fixture.ts';
import { jumps, places, secret, tokens, words } from './environment-words.ts';
import { mutated } from './mutate.ts';

const encryptedKey = makeKey({ passphrase: secret, cipher: 'aes256-ctr', rounds: 2 }).private;

function valueFor(name: VariableName): fc.Arbitrary<string> {
  const { kind } = variables[name];
  const choices = 'choices' in variables[name] ? (variables[name].choices as readonly string[]) : [];
  const known = kind === 'localPath' ? places : [...words[kind], ...choices];
  const right = fc.constantFrom(...known, ...(name === 'SSH_JUMP' ? jumps : []));
  return fc.oneof({ weight: 3, arbitrary: right }, { weight: 1, arbitrary: mutated(right.filter(isOpen), tokens) });
}

const contents = {
  nm: ['nm1\nnm2\n', '', 'nm1\nnm1\n', '\u0000\u0001binary\u00ff', 'rs1\n', `root:${secret}@nm1`],
  rs: ['rs1\n', '', '# none\n', 'nm1\n'],
  password: [secret, `${secret}\n`, '', '\n', ' '],
  key: [
    privateKey,
    encryptedKey,
    publicKey,
    '',
    'hello',
    `${pemLine('BEGIN', 'OPENSSH PRIVATE')}\n`,
    `${pemLine('BEGIN', 'RSA PRIVATE')}\nProc-Type: 4,ENCRYPTED\n`,
  ],
  knownHosts: ['', 'nm1 ssh-ed25519 AAAA\n', '|1|x|y ssh-rsa A\n'],
  ca: ['', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n', 'hello'],
} as const;

const keyTokens = ['\n', '-----', 'BEGIN', 'ENCRYPTED', 'AAAA', '=', '\0', 'bcrypt', 'aes256-ctr', 'none', 'A'];
const files = fc.record({
  nm: mutatedSeldom(contents.nm, tokens),
  rs: mutatedSeldom(contents.rs, tokens),
  password: mutatedSeldom(contents.password, [' ', '\n']),
  key: mutatedSeldom(contents.key, keyTokens),
  knownHosts: mutatedSeldom(contents.knownHosts, tokens),
  ca: mutatedSeldom(contents.ca, keyTokens),
});

// Damaged, `root:password@host` may be no such thing any more, and nobody can tell the password from the rest.
function isOpen(text: string): boolean {
  return !text.includes(secret);
}

// The first content is the right one: most cases are to get past the files.
function mutatedSeldom(texts: readonly string[], marks: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 10, arbitrary: fc.constant(texts[0] ?? '') },
    { weight: 1, arbitrary: fc.constantFrom(...texts) },
    { weight: 1, arbitrary: mutated(fc.constantFrom(...texts).filter(isOpen), marks) },
  );
}

const stateDirs = [
  '@/state',
  '@/state/runs/x',
  '@/fixed/empty',
  '@/fixed/empty/below',
  '@/fixed/loop',
  '/proc/x',
  '/dev/null',
  '/dev/full/x',
  `@/state/${'s'.repeat(300)}`,
];

const change = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(...variableNames.filter((name) => name !== 'STATE_DIR'))
      .chain((name) => fc.tuple(fc.constant(name as string), valueFor(name))),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('STATE_DIR'), fc.constantFrom(...stateDirs)) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom('MYSQL_PWD', 'SSH_PASSWORD', 'SSH_PASSPHRASE'),
      fc.constantFrom(secret, '', ' ', `${secret}\u0000`),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom('MYSQL_PWD_FILE', 'SSH_PASSWORD_FILE', 'SSH_PASSPHRASE_FILE'),
      fc.constantFrom('@/files/password', secret, ...places),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        mutated(fc.constantFrom(...knownNames, 'MYSQL_PASSWORD', 'MYSQL_PORT_3306_TCP', 'SSH_AUTH_SOCK'), [
          '_',
          'X',
          'FILE',
          '__proto__',
        ]),
        fc.constant(secret),
      )
      .filter(([name]) => !knownNames.includes(name)),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom('SSH_PRIVATE_KEY_FILE', 'MYSQL_TLS_CA_FILE'),
      fc.constantFrom(privateKey, privateKey.replaceAll('\n', '\\n')),
    ),
  },
);

/** Values by variable. */
export const right: Readonly<Record<string, string>> = {
  NM_FILE: '@/files/nm',
  RS_FILE: '@/files/rs',
  EGGROLL_HOME: '/data/projects/fate/eggroll',
  MYSQL_HOST: 'db',
  MYSQL_USER: 'fate',
  MYSQL_PWD_FILE: '@/files/password',
  SSH_PRIVATE_KEY_FILE: '@/files/key',
  SSH_KNOWN_HOSTS_FILE: '@/files/knownHosts',
  STATE_DIR: '@/state',
};

export const input = fc.record({
  changes: fc.oneof(
    { weight: 3, arbitrary: fc.array(change, { maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(change, { minLength: 2, maxLength: 5 }) },
  ),
  removed: fc.oneof(
    { weight: 8, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom(...Object.keys(right)) },
  ),
  withCa: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  files,
});
