// A command line of EggRoll's upgrade_helper.py, said again in our words: an env file and the command to run.

import { type Finding, throwFindings } from '../engine/errors.ts';
import { shellWord } from '../engine/shell-words.ts';
import { type OldName, type OldOption, oldOptions, readOldOptions, usage } from './old-options.ts';
import { expectedOf } from './validators.ts';
import { variables } from './variables.ts';

/**
 * The text of an env file for `docker run --env-file`, with the command to run and notes as comments. Passwords are not repeated.
 * Throws USAGE with every option that cannot be understood, and every one that is missing.
 */
export function importArgs(words: readonly string[]): string {
  const { values, repeated, findings } = readOldOptions(words);
  throwFindings([...findings, ...missing(values, findings), ...wrongValues(values)]);
  const command = recovers(values) === true ? 'recover' : 'upgrade';
  const lines = [
    `# From the command line of upgrade_helper.py. Run it by:`,
    '#',
    ...dockerCommand(values, command).map((line) => `#   ${line}`),
    '#',
    ...[...repeated.map(lastCounts), ...notes(values, command)].map((note) => `# ${note}`),
    '',
    ...environment(values).map(([name, value]) => `${name}=${value}`),
  ];
  return `${lines.join('\n')}\n`;
}

type Values = ReadonlyMap<OldName, string>;

const neededForDatabase: readonly OldName[] = ['MYSQL_HOST', 'MYSQL_USER', 'MYSQL_PWD', 'MYSQL_FILE'];

// A client alone, by MYSQL_HOME, names no database.
function usesDatabase(values: Values): boolean {
  return [...neededForDatabase, 'MYSQL_PORT', 'MYSQL_DB', 'MYSQL_SOCK'].some((name) => values.has(name as OldName));
}

/** What `-f` asks for, a whole number as Python reads it; undefined when it is neither 0 nor 1. */
function recovers(values: Values): boolean | undefined {
  const digit = /^\s*\+?0*([01])\s*$/.exec(values.get('recover') ?? '0')?.[1];
  return digit === undefined ? undefined : digit === '1';
}

// Not of options that were there and could not be read.
function missing(values: Values, findings: readonly Finding[]): Finding[] {
  const isNamed = ({ long }: OldOption) => findings.some(({ where }) => where === long);
  const needed: readonly OldName[] = [
    'NM_FILE',
    'EGGROLL_HOME',
    'PKG_BASE_PATH',
    ...(usesDatabase(values) ? neededForDatabase : []),
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

// A value is not repeated: people take -p for the password.
function wrongValues(values: Values): Finding[] {
  const wrong = (where: string, found: string): Finding => ({ code: 'USAGE', where, found, remedy: usage });
  const mounted = [...mounts.map(([name]) => name), 'MYSQL_SOCK'];
  return oldOptions.flatMap(({ name, long }): Finding[] => {
    const value = values.get(name);
    if (name === 'recover') {
      return recovers(values) === undefined ? [wrong(long, 'It is neither 0 (upgrade) nor 1 (recover).')] : [];
    }
    if (value === undefined) return [];
    if (mounted.includes(name) && value.includes(':'))
      return [wrong(long, 'Docker mounts no path with a colon in it.')];
    const expected = expectedOf(variables[name], value);
    return expected === undefined ? [] : [wrong(long, `Expected ${expected}.`)];
  });
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
    return path === undefined ? [] : [`-v ${shellWord(absolute(path))}:${place}:ro`];
  });
  const socket = values.get('MYSQL_SOCK');
  const options = [
    '--env-file eggroll-upgrade.env',
    ...given,
    '-v ./ssh:/secrets/ssh:ro',
    ...(usesDatabase(values) ? [`-v ./mysql-password:${passwordFile}:ro`] : []),
    ...(socket !== undefined && isLocal(values) ? [`-v ${shellWord(absolute(socket))}:${socketFile}`] : []),
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
    [true, 'The account on the nodes is `app`, as the old tool has it, and the port 22; others: SSH_USER, SSH_PORT.'],
    [usesDatabase(values), '-w: put the password into ./mysql-password; a command line shows it to everybody.'],
    [!usesDatabase(values), 'There is no option of the database: it is left alone.'],
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

function lastCounts(name: OldName): string {
  const { short = '' } = oldOptions.find((option) => option.name === name) ?? {};
  return `${short}: given more than once; the last one counts, as in the old tool.`;
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `./${path.replace(/^(?:\.\/)+/, '')}`;
}
