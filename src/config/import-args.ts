// A command line of EggRoll's upgrade_helper.py, said again in our words: an env file and the command to run. The old tool reads its
// options by Python's argparse: `-c X`, `-cX`, `--nm_file X`, `--nm_file=X`, and any beginning of a long name that fits one only.

import { type Finding, throwFindings } from '../engine/errors.ts';
import { type VariableName, variables } from './variables.ts';

/** An option of the old tool. `recover` is its only one without a variable: it chooses the command. */
type OldName = VariableName | 'recover';

interface OldOption {
  readonly name: OldName;
  readonly short: string;
  readonly long: string;
}

const oldOptions: readonly OldOption[] = [
  ...Object.entries(variables).flatMap(([name, variable]) => {
    const [short, long] = ('oldOption' in variable ? variable.oldOption : '').split(' ');
    return short && long ? [{ name: name as VariableName, short, long }] : [];
  }),
  { name: 'recover', short: '-f', long: '--recover' },
];

/**
 * The text of an env file for `docker run --env-file`, with the command to run and notes as comments. Passwords are not repeated.
 * Throws USAGE with every option that cannot be understood, and every one that is missing.
 */
export function importArgs(words: readonly string[]): string {
  const { values, findings } = readOptions(withoutProgram(words));
  throwFindings([...findings, ...missing(values, findings), ...wrongValues(values)]);
  const command = values.get('recover') === '1' ? 'recover' : 'upgrade';
  const lines = [
    `# From the command line of upgrade_helper.py. Run it by:`,
    '#',
    ...dockerCommand(values, command).map((line) => `#   ${line}`),
    '#',
    ...notes(values, command).map((note) => `# ${note}`),
    '',
    ...environment(values).map(([name, value]) => `${name}=${value}`),
  ];
  return `${lines.join('\n')}\n`;
}

// `python3 upgrade_helper.py -c …` is what people have in their notes.
function withoutProgram(words: readonly string[]): readonly string[] {
  const script = words.findIndex((word) => /(?:^|\/)upgrade_helper\.py$/.test(word));
  return words.slice(script + 1);
}

type Values = ReadonlyMap<OldName, string>;

function readOptions(words: readonly string[]): { values: Values; findings: Finding[] } {
  const values = new Map<OldName, string>();
  const findings: Finding[] = [];
  let at = 0;
  while (at < words.length) {
    const read = readOption(words[at] ?? '');
    // Also that of an option which is not known: it may be a secret.
    const next = read.value ?? (isValue(words[at + 1]) ? words[at + 1] : undefined);
    at += read.value === undefined && next !== undefined ? 2 : 1;
    const problem = 'problem' in read ? read.problem : problemOf(next);
    if (problem !== undefined) findings.push({ code: 'USAGE', where: read.shown, found: problem, remedy: usage });
    // An empty value is none, as in the old tool.
    else if ('name' in read && next) values.set(read.name, next);
  }
  return { values, findings };
}

function problemOf(value: string | undefined): string | undefined {
  if (value === undefined) return 'The option has no value.';
  return /[\r\n]/.test(value) ? 'A value of more than one line does not fit an env file.' : undefined;
}

const usage = 'Give the options as upgrade_helper.py takes them, each with its value.';

interface Read {
  /** How a message names it: never with a value. */
  readonly shown: string;
  /** From the word itself: `-cX`, `--nm_file=X`. */
  readonly value: string | undefined;
}

function readOption(word: string): Read & ({ readonly name: OldName } | { readonly problem: string }) {
  if (!/^-/.test(word)) {
    return { shown: 'a word', value: '', problem: 'There is a word that belongs to no option.' };
  }
  const [name, value] = word.startsWith('--') ? splitOnce(word) : splitShort(word);
  const exact = oldOptions.filter(({ short, long }) => [short, long].includes(name));
  const fitting = exact.length > 0 ? exact : oldOptions.filter(({ long }) => name.length > 2 && long.startsWith(name));
  const [option] = fitting;
  if (option && fitting.length === 1) return { shown: option.long, value, name: option.name };
  const problem = fitting.length > 1 ? `It may be ${fitting.map(({ long }) => long).join(' or ')}.` : unknown;
  return { shown: name, value, problem };
}

const unknown = 'upgrade_helper.py has no such option.';

function splitOnce(word: string): [string, string | undefined] {
  const sign = word.indexOf('=');
  return sign < 0 ? [word, undefined] : [word.slice(0, sign), word.slice(sign + 1)];
}

function splitShort(word: string): [string, string | undefined] {
  return [word.slice(0, 2), word.length > 2 ? word.slice(2).replace(/^=/, '') : undefined];
}

function isValue(word: string | undefined): boolean {
  return word !== undefined && !/^-\D/.test(word);
}

const databaseOptions: readonly OldName[] = ['MYSQL_HOST', 'MYSQL_USER', 'MYSQL_PWD', 'MYSQL_FILE'];

function usesDatabase(values: Values): boolean {
  return databaseOptions.some((name) => values.has(name));
}

// Not of options that were there and could not be read.
function missing(values: Values, findings: readonly Finding[]): Finding[] {
  const isNamed = ({ long }: OldOption) => findings.some(({ where }) => where === long);
  const needed: readonly OldName[] = [
    'NM_FILE',
    'EGGROLL_HOME',
    'PKG_BASE_PATH',
    ...(usesDatabase(values) ? databaseOptions : []),
  ];
  return needed.flatMap((name): Finding[] => {
    const option = oldOptions.find((candidate) => candidate.name === name);
    if (!option || values.has(name) || isNamed(option)) return [];
    return [
      {
        code: 'USAGE',
        where: option.long,
        found: `The option ${option.short} ${option.long} is missing.`,
        remedy: usage,
      },
    ];
  });
}

function wrongValues(values: Values): Finding[] {
  const wrong = (where: string, found: string): Finding => ({ code: 'USAGE', where, found, remedy: usage });
  const port = values.get('MYSQL_PORT') ?? '3306';
  const recover = values.get('recover') ?? '0';
  return [
    ...(/^[1-9]\d{0,4}$/.test(port) && Number(port) < 65_536 ? [] : [wrong('--mysql_port', 'It is no port.')]),
    ...(/^[01]$/.test(recover) ? [] : [wrong('--recover', 'It is neither 0 (upgrade) nor 1 (recover).')]),
  ];
}

const mounts: readonly (readonly [OldName, string])[] = [
  ['NM_FILE', '/config/nm_ip_list'],
  ['RS_FILE', '/config/rs_ip_list'],
  ['MYSQL_FILE', '/config/mysql_file.sql'],
  ['PKG_BASE_PATH', '/package'],
];

const passwordFile = '/secrets/mysql';
const socketFile = '/run/mysql.sock';

function dockerCommand(values: Values, command: string): string[] {
  const given = mounts.flatMap(([name, place]) => {
    const path = values.get(name);
    return path === undefined ? [] : [`-v ${quoted(absolute(path))}:${place}:ro`];
  });
  const socket = values.get('MYSQL_SOCK');
  const options = [
    '--env-file eggroll-upgrade.env',
    ...given,
    '-v ./ssh:/secrets/ssh:ro',
    ...(usesDatabase(values) ? [`-v ./mysql-password:${passwordFile}:ro`] : []),
    ...(socket !== undefined && isLocal(values) ? [`-v ${quoted(absolute(socket))}:${socketFile}`] : []),
    '-v eggroll-upgrade-state:/state',
  ];
  return ['docker run --rm \\', ...options.map((option) => `  ${option} \\`), `  eggroll-upgrade ${command}`];
}

function environment(values: Values): (readonly [string, string])[] {
  const copied: readonly OldName[] = [
    'EGGROLL_HOME',
    ...(usesDatabase(values) ? (['MYSQL_HOST', 'MYSQL_PORT', 'MYSQL_DB', 'MYSQL_USER'] as const) : []),
  ];
  const lines = copied.flatMap((name) => {
    const value = values.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  if (!usesDatabase(values)) return [...lines, ['MYSQL_FILE', 'none']];
  const socket = values.has('MYSQL_SOCK') && isLocal(values) ? [['MYSQL_SOCK', socketFile] as const] : [];
  return [...lines, ['MYSQL_PWD_FILE', passwordFile], ...socket];
}

function isLocal(values: Values): boolean {
  return /^(?:localhost|127\.|::1$)/.test(values.get('MYSQL_HOST') ?? '');
}

function notes(values: Values, command: string): string[] {
  const told: readonly (readonly [boolean, string])[] = [
    [
      true,
      'Put the private key of the account on the nodes into ./ssh/id, and the host keys of the nodes into ./ssh/known_hosts.',
    ],
    [true, 'The account on the nodes is `app`, as the old tool has it; another one: SSH_USER.'],
    [usesDatabase(values), '-w: put the password into ./mysql-password; a command line shows it to everybody.'],
    [values.has('MYSQL_HOME'), '-m: the image has its own client; MYSQL_HOME is for another one.'],
    [
      values.has('MYSQL_SOCK') && !isLocal(values),
      '-S: left out, as the old tool used it for servers on its own machine only; MYSQL_SOCK is used in the place of MYSQL_HOST.',
    ],
    [
      values.has('MYSQL_SOCK') && isLocal(values),
      '-S: used in the place of -t and -p, as the server is on this machine.',
    ],
    [
      isLocal(values) && !values.has('MYSQL_SOCK'),
      '-t: in a container, that name is the container itself; name the server as the nodes do.',
    ],
    [values.has('RS_FILE'), '-r: hosts of both lists are upgraded; the old tool left these out when -c named any.'],
    [
      true,
      'Services are stopped and started, conf is merged and every node is backed up; the old tool did none of this.',
    ],
    [
      command === 'recover',
      '-f 1: goes back to the state before the last upgrade by this program, of whatever day; not before one by the old tool.',
    ],
  ];
  return told.flatMap(([applies, note]) => (applies ? [note] : []));
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `./${path.replace(/^(?:\.\/)+/, '')}`;
}

function quoted(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
