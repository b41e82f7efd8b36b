// Variables that look like ours but are not: likely typing errors. What shells, clients and Kubernetes set by themselves is no error.

import type { Finding } from '../engine/errors.ts';
import { phrase } from '../messages/phrases.ts';
import { onOneLine } from './shown.ts';
import { knownNames } from './variables.ts';

/** First words that no other program uses for variables of its own in a job's container; any unknown name of these is reported. */
const ownPrefixes = ['NM_', 'RS_', 'EGGROLL_', 'PKG_', 'MYSQL_', 'SSH_', 'SUPERVISORD_', 'FATE_FLOW_', 'REHEARSE_'];

const foreignNames = new Set([
  ...[
    'SSH_AUTH_SOCK',
    'SSH_AGENT_PID',
    'SSH_ASKPASS',
    'SSH_ASKPASS_REQUIRE',
    'SSH_CLIENT',
    'SSH_CONNECTION',
    'SSH_TTY',
  ],
  ...['SSH_ORIGINAL_COMMAND', 'SSH_USER_AUTH', 'SSH_SK_PROVIDER', 'SSH_SK_HELPER', 'SSH_PKCS11_HELPER', 'SSH_TUNNEL'],
  ...['SSH_AUTH_INFO_0', 'SSH_SOCKET_DIR', 'MYSQL_HISTFILE', 'MYSQL_HISTIGNORE', 'MYSQL_PS1', 'MYSQL_DEBUG'],
  ...['MYSQL_TCP_PORT', 'MYSQL_UNIX_PORT', 'MYSQL_GROUP_SUFFIX', 'MYSQL_TEST_LOGIN_FILE', 'MYSQL_TEST_TRACE_DEBUG'],
  ...['MYSQL_ENABLE_CLEARTEXT_PLUGIN', 'MYSQL_MAJOR', 'MYSQL_VERSION', 'MYSQL_SHELL_VERSION'],
  // Of the other program of the image, which may be given the same variables.
  'PKG_URL_HEADER_FILE',
]);

/** Usual names in other tools that no counting of letters would find. */
const otherNames: Readonly<Record<string, string>> = {
  MYSQL_PASSWORD: 'MYSQL_PWD',
  MYSQL_PASSWORD_FILE: 'MYSQL_PWD_FILE',
  MYSQL_PASS: 'MYSQL_PWD',
  MYSQL_DATABASE: 'MYSQL_DB',
  MYSQL_USERNAME: 'MYSQL_USER',
  MYSQL_SQL_FILE: 'MYSQL_FILE',
  SSH_KEY: 'SSH_PRIVATE_KEY_FILE',
  SSH_KEY_FILE: 'SSH_PRIVATE_KEY_FILE',
  SSH_PRIVATE_KEY: 'SSH_PRIVATE_KEY_FILE',
  SSH_KNOWN_HOSTS: 'SSH_KNOWN_HOSTS_FILE',
  SSH_JUMP_HOST: 'SSH_JUMP',
  SSH_PROXY_JUMP: 'SSH_JUMP',
  PKG_PATH: 'PKG_BASE_PATH',
};

/** One CONFIG_UNKNOWN per variable that is set, has one of our prefixes or nearly one of our names, and is none of them. */
export function findUnknownVariables(env: Readonly<Record<string, string | undefined>>): Finding[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined || value === '' || knownNames.includes(name)) return [];
    if (foreignNames.has(name) || isServiceLink(name, value)) return [];
    const meant = otherNames[name] ?? nearestName(name);
    if (!meant && !ownPrefixes.some((prefix) => name.startsWith(prefix))) return [];
    const remedy = meant
      ? phrase('Did you mean {variable}?', { variable: meant })
      : 'Remove it, or correct its spelling; the README lists every variable.';
    return [{ code: 'CONFIG_UNKNOWN', where: onOneLine(name), found: 'This variable is not known.', remedy }];
  });
}

// Kubernetes sets these for every Service of the namespace, Docker for every linked container.
function isServiceLink(name: string, value: string): boolean {
  if (/_SERVICE_(?:HOST|PORT(?:_.+)?)$/.test(name)) return true;
  if (/_PORT(?:_\d+_(?:TCP|UDP|SCTP))?$/.test(name)) return /^(?:tcp|udp|sctp):\/\//.test(value);
  if (/_PORT_\d+_(?:TCP|UDP|SCTP)_(?:ADDR|PORT|PROTO)$/.test(name)) return true;
  return /^MYSQL_ENV_/.test(name) || (/_NAME$/.test(name) && value.startsWith('/'));
}

function nearestName(name: string): string | undefined {
  const prefix = ownPrefixes.some((own) => name.startsWith(own));
  const candidates = knownNames
    // Names that differ in length by more than the distance allows need no counting: a name may be very long.
    .filter((known) => Math.abs(known.length - name.length) <= 3)
    .map((known) => ({ known, distance: editDistance(name, known) }))
    .filter(({ known, distance }) => distance <= (prefix ? 3 : 2) && distance * 3 < known.length)
    .toSorted((left, right) => left.distance - right.distance);
  return candidates[0]?.known;
}

/** Letters to insert, delete, change or swap with their neighbour (optimal string alignment). */
function editDistance(left: string, right: string): number {
  const rows = [Array.from({ length: right.length + 1 }, (_, index) => index)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= right.length; column += 1) {
      const change = left[row - 1] === right[column - 1] ? 0 : 1;
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      current.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + change,
          swapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(left.length, right.length);
}
