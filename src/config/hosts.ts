// Host lists and jump hosts: text to typed hosts, with every problem named by file and line (DESIGN.md section 3).

import { isIPv6 } from 'node:net';
import type { Finding } from '../engine/errors.ts';
import { shown } from './shown.ts';
import type { Address, Host, ListRole } from './types.ts';
import { isHostName } from './validators.ts';

export interface HostDefaults {
  readonly user: string;
  readonly port: number;
}

export interface ListedHost extends Host {
  /** `file:line`, for messages. */
  readonly at: string;
}

export interface ParsedHostList {
  readonly hosts: readonly ListedHost[];
  /** All LIST_INVALID; at most 50, the last of which tells how many more there are. */
  readonly findings: readonly Finding[];
}

const mostFindings = 50;
const mostJumps = 16;

const lineForms = 'Expected one host per line: host, user@host, host:port, user@host:port or [IPv6 address]:port.';

/** Reads a list: one host per line, blank lines and `#` comments skipped. Pure; problems are returned, not thrown. */
export function parseHostList(text: string, file: string, role: ListRole, defaults: HostDefaults): ParsedHostList {
  const hosts: ListedHost[] = [];
  const findings: Finding[] = [];
  const seen = new Map<string, string>();
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    // trim also cuts a byte order mark.
    const content = line.replace(/#.*$/, '').trim();
    if (content === '') continue;
    const at = `${file}:${index + 1}`;
    const address = parseAddress(content, defaults);
    if ('problem' in address) {
      findings.push({
        code: 'LIST_INVALID',
        where: at,
        found: `${shown(content)}: ${address.problem}`,
        remedy: lineForms,
      });
      continue;
    }
    const earlier = seen.get(identityOf(address));
    if (earlier !== undefined) {
      const found = `${content} is in the list already, at ${earlier}.`;
      findings.push({ code: 'LIST_INVALID', where: at, found, remedy: 'Remove one of the two lines.' });
      continue;
    }
    seen.set(identityOf(address), at);
    hosts.push({ ...address, role, at });
  }
  return { hosts, findings: firstOf(findings, file) };
}

// A file that is no list at all has a problem in every line.
function firstOf(findings: readonly Finding[], file: string): readonly Finding[] {
  if (findings.length <= mostFindings) return findings;
  const found = `${findings.length - mostFindings + 1} more lines are wrong.`;
  return [...findings.slice(0, mostFindings - 1), { code: 'LIST_INVALID', where: file, found, remedy: lineForms }];
}

/** Findings for hosts that stand in both lists. */
export function findSharedHosts(nodeManagers: readonly ListedHost[], rollSites: readonly ListedHost[]): Finding[] {
  const known = new Map(nodeManagers.map((host) => [identityOf(host), host]));
  return rollSites.flatMap((host) => {
    const twin = known.get(identityOf(host));
    if (!twin) return [];
    const found = `${host.name} is in both lists, also at ${twin.at}.`;
    const remedy = 'Keep it in the NodeManager list only: RS_FILE is for hosts that run RollSite alone.';
    return [{ code: 'LIST_INVALID', where: host.at, found, remedy }];
  });
}

/** Reads SSH_JUMP: `user@host:port`, several separated by commas, in order of connection. */
export function parseJumps(
  text: string,
  defaults: HostDefaults,
): { jumps: readonly Address[]; findings: readonly Finding[] } {
  const jumps: Address[] = [];
  const findings: Finding[] = [];
  const parts = text.split(',').map((piece) => piece.trim());
  if (parts.length > mostJumps) {
    const found = `${parts.length} jump hosts are named; at most ${mostJumps} can be.`;
    return { jumps, findings: [{ code: 'CONFIG_INVALID', where: 'SSH_JUMP', found }] };
  }
  for (const part of parts) {
    const address = parseAddress(part, defaults);
    if ('problem' in address) {
      const found = `${shown(part)}: ${address.problem} Expected user@host:port, several separated by commas.`;
      findings.push({ code: 'CONFIG_INVALID', where: 'SSH_JUMP', found });
    } else {
      jumps.push(address);
    }
  }
  return { jumps, findings };
}

/** Whether a text can be an account name of the nodes. */
export function isUserName(text: string): boolean {
  return /^[^\s\p{C}@:/,;&|`$<>"'\\-][^\s\p{C}@:/,;&|`$<>"'\\]{0,255}$/u.test(text);
}

/** One `host`, `user@host`, `host:port`, `user@host:port` or `[IPv6 address]:port`; or what is wrong with it. */
export function parseAddress(text: string, defaults: HostDefaults): Address | { problem: string } {
  const split = text.lastIndexOf('@');
  const user = split < 0 ? defaults.user : text.slice(0, split);
  const [name, port] = splitPort(text.slice(split + 1));
  if (/\s/.test(text)) return { problem: 'there is more than one word in it.' };
  if (!isUserName(user)) return { problem: 'the user is not an account name.' };
  if (!isHostName(name)) return { problem: 'the host is not a host name or IP address.' };
  if (port === undefined) return { name, port: defaults.port, user };
  if (!/^[0-9]{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    return { problem: 'the port is not a number between 1 and 65535.' };
  }
  return { name, port: Number(port), user };
}

function splitPort(text: string): [name: string, port: string | undefined] {
  if (isIPv6(text)) return [text, undefined];
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed) return isIPv6(bracketed[1] ?? '') ? [bracketed[1] ?? '', bracketed[2]] : [text, undefined];
  const colon = text.indexOf(':');
  return colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}

// The same machine may be listed once per sshd port; capitals and ways to write an IPv6 address make no difference.
function identityOf(host: { readonly name: string; readonly port: number }): string {
  const name = host.name.toLowerCase().replace(/\.$/, '');
  const zone = name.indexOf('%');
  if (!isIPv6(name) || zone >= 0) return `${name} ${host.port}`;
  return `${new URL(`ssh://[${name}]`).hostname} ${host.port}`;
}
