// What the nodes of a rehearsal are called. Names of the lists stay what they are; an address cannot be given to a container of ours,
// so it becomes a name, and what the jobs tell is translated back. Never is a real machine meant: the network has no way out.

import type { Host, ListRole } from '../config/config.ts';

export interface RehearsalHost {
  /** As in the list, with its port when that is not 22: what the user reads. */
  readonly listed: string;
  /** In the network of the rehearsal. */
  readonly name: string;
  readonly role: ListRole;
}

/** The hosts of a rehearsal with so many nodes: of both lists some, in the lists' order. Made up where the lists are empty. */
export function rehearsalHosts(hosts: readonly Host[], nodes: number, hasRollSite: boolean): RehearsalHost[] {
  const chosen = choose(hosts.length > 0 ? hosts : madeUp(nodes, hasRollSite), nodes);
  const taken = new Set<string>();
  return chosen.map(({ name, port, role }) => {
    const listed = port === 22 ? name : `${name}:${port}`;
    const own = freeName(nameFor(name, port), taken);
    taken.add(own);
    return { listed, name: own, role };
  });
}

type Listed = Pick<Host, 'name' | 'port' | 'role'>;

function choose<H extends Listed>(hosts: readonly H[], nodes: number): readonly H[] {
  const rollSites = hosts.filter(({ role }) => role === 'rollsite');
  const others = hosts.filter(({ role }) => role !== 'rollsite');
  if (hosts.length <= nodes) return [...others, ...rollSites];
  // As many of each list as its share is, and one at least where two nodes can be had.
  const share = Math.round((rollSites.length / hosts.length) * nodes);
  const fewest = Math.min(rollSites.length, nodes > 1 ? 1 : 0);
  const most = others.length === 0 ? nodes : nodes - 1;
  const ofRollSites = Math.min(Math.max(share, fewest, nodes - others.length), most);
  return [...others.slice(0, nodes - ofRollSites), ...rollSites.slice(0, ofRollSites)];
}

function madeUp(nodes: number, hasRollSite: boolean): Listed[] {
  const rollSites = hasRollSite && nodes > 1 ? 1 : 0;
  return [
    ...Array.from({ length: nodes - rollSites }, (_, index) => host(`nm${index + 1}`, 'nodemanager')),
    ...Array.from({ length: rollSites }, () => host('rs1', 'rollsite')),
  ];
}

const host = (name: string, role: ListRole): Listed => ({ name, port: 22, role });

const address = /^[0-9.]+$|:/;

function nameFor(name: string, port: number): string {
  const lower = name.toLowerCase().replace(/\.$/, '');
  const own = address.test(lower) ? `node-${lower.replace(/[^0-9a-z]+/g, '-').replace(/^-|-$/g, '')}` : lower;
  return port === 22 ? own : `${own}-${port}`;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let count = 2; taken.has(free) || free === databaseName; count += 1) free = `${name}-${count}`;
  return free;
}

/** Of the database server in the network of the rehearsal. */
export const databaseName = 'rehearsal-database';

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

/** Puts the user's own names and paths into a text of a job, in the place of those of the rehearsal. */
export function translator(pairs: readonly (readonly [ours: string, theirs: string])[]): (text: string) => string {
  const table = new Map(pairs.filter(([ours, theirs]) => ours !== theirs));
  if (table.size === 0) return (text) => text;
  const longestFirst = [...table.keys()].sort((a, b) => b.length - a.length).map(literally);
  // Whole words: `nm1` is no part of `nm10`.
  const pattern = new RegExp(`(?<![\\w.-])(?:${longestFirst.join('|')})(?![\\w-])`, 'g');
  return (text) => text.replace(pattern, (ours) => table.get(ours) ?? ours);
}
