// The nodes in the live display: a line each, or counts where there are too many for that.

import type { Say } from '../messages/phrases.ts';
import type { LiveView, NodeActivity, StyledLine } from './live-view.ts';
import { bytesText, secondsText } from './units.ts';
import { cutLine, displayWidth, padTo } from './width.ts';

/** Beyond that nobody reads single lines. */
const mostLines = 12;
const slowestShown = 3;
const margin = '    ';

/** At most `room` lines of at most `columns`. */
export function nodeLines(view: LiveView, nowMs: number, columns: number, room: number): StyledLine[] {
  const nodes = [...view.nodes.values()].sort((a, b) => a.host.localeCompare(b.host, 'en', { numeric: true }));
  if (nodes.length === 0) return [];
  const isFolded = nodes.length > Math.min(mostLines, room);
  const lines = isFolded ? folded(view, nodes, nowMs, columns, room) : table(nodes, view.say, nowMs, columns);
  return lines.slice(0, room);
}

interface Cells {
  readonly host: string;
  readonly role: string;
  readonly phase: string;
  readonly sent?: Sent;
}

/** How far the sending is, as texts. */
interface Sent {
  readonly share: number;
  readonly amount: string;
  readonly rate: string;
  readonly left: string;
}

// From the richest to the barest: the first that fits is taken. While content is sent, how much says what is going on.
const layouts: readonly ((cells: Cells) => readonly string[])[] = [
  ({ host, role, phase, sent }) => [host, role, phase, bar(sent, 16), sent?.amount ?? '', pace(sent)],
  ({ host, role, phase, sent }) => [host, role, phase, bar(sent, 8), sent?.amount ?? '', pace(sent)],
  ({ host, role, phase, sent }) => [host, role, phase, sent?.amount ?? '', pace(sent)],
  ({ host, role, phase, sent }) => [host, role, sent?.amount ?? phase, pace(sent)],
  ({ host, phase, sent }) => [host, sent?.amount ?? phase, pace(sent)],
  ({ host, phase, sent }) => [host, sent?.amount ?? phase, sent?.left ?? ''],
  ({ host, phase, sent }) => [host, sent ? `${percent(sent)}  ${sent.left}` : phase],
];

function table(nodes: readonly NodeActivity[], say: Say, nowMs: number, columns: number): StyledLine[] {
  const widestHost = Math.max(12, Math.floor(columns / 3));
  const cells = nodes.map((node) => ({ ...cellsOf(node, say, nowMs), host: cutLine(node.host, widestHost) }));
  let lines: string[] = [];
  for (const layout of layouts) {
    lines = aligned(cells.map(layout));
    if (Math.max(...lines.map(displayWidth)) <= columns) break;
  }
  return lines.map((line, index) => {
    const text = cutLine(line, columns);
    return nodes[index]?.done ? { text, style: 'dim' } : { text };
  });
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => displayWidth(row[column] ?? '')));
  const widths = (rows[0] ?? []).map((_, column) => width(column));
  return rows.map((row) => {
    const cells = row.flatMap((cell, column) => (widths[column] ? [padTo(cell, widths[column])] : []));
    return (margin + cells.join('  ')).trimEnd();
  });
}

function cellsOf({ host, role, phase, done, sending }: NodeActivity, say: Say, nowMs: number): Cells {
  if (!sending || done || sending.bytes >= sending.totalBytes) return { host, role, phase };
  return { host, role, phase, sent: sentTexts(sending, say, nowMs) };
}

// The first second tells nothing about the rate.
const rateAfterMs = 1000;

function sentTexts(
  { bytes, totalBytes, startMs }: NonNullable<NodeActivity['sending']>,
  say: Say,
  nowMs: number,
): Sent {
  const share = totalBytes === 0 ? 1 : Math.min(1, bytes / totalBytes);
  const amount = say('{bytes} of {total}', { bytes: bytesText(bytes).padStart(8), total: bytesText(totalBytes) });
  const perMs = bytes / Math.max(1, nowMs - startMs);
  if (share === 1 || nowMs - startMs < rateAfterMs || perMs === 0) return { share, amount, rate: '', left: '' };
  const left = say('{time} left', { time: secondsText((totalBytes - bytes) / perMs) });
  return { share, amount, rate: `${bytesText(perMs * 1000)}/s`, left };
}

function pace(sent: Sent | undefined): string {
  return sent?.rate ? `${sent.rate.padStart(10)}  ${sent.left}` : '';
}

function percent(sent: Sent | undefined): string {
  return sent ? `${String(Math.floor(sent.share * 100)).padStart(3)} %` : '';
}

function bar(sent: Sent | undefined, length: number): string {
  return sent ? '━'.repeat(Math.floor(sent.share * length)).padEnd(length, '─') : '';
}

/** How many nodes do what, how far all of them are together, and the slowest of them. */
function folded(
  view: LiveView,
  nodes: readonly NodeActivity[],
  nowMs: number,
  columns: number,
  room: number,
): StyledLine[] {
  const { say } = view;
  const counts = Map.groupBy(nodes, ({ phase }) => phase);
  const waiting = Math.max(0, view.nodesInRun - nodes.length);
  const texts = [...counts].map(([phase, those]) => `${phase}: ${those.length}`);
  if (waiting > 0) texts.push(`${say('waits')}: ${waiting}`);
  const sending = nodes.flatMap((node) => node.sending ?? []);
  const total = sending.length > 0 ? [totalLine(sending, say, nowMs, columns)] : [];
  const lines = [...inRows(texts, columns), ...total];
  const slowest = nodes
    .filter(({ done, sending: sent }) => !done && sent && sent.bytes < sent.totalBytes)
    .sort((a, b) => leftBytes(b) - leftBytes(a))
    .slice(0, Math.max(0, Math.min(slowestShown, room - lines.length - 1)));
  const last = slowest.length > 0 ? [{ text: cutLine(`${margin}${say('the slowest:')}`, columns) }] : [];
  return [...lines.map((text) => ({ text })), ...last, ...table(slowest, say, nowMs, columns)];
}

// As many to a line as fit.
function inRows(texts: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const text of texts) {
    const longer = `${lines.at(-1)}   ${text}`;
    if (lines.length > 0 && displayWidth(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(cutLine(margin + text, columns));
  }
  return lines;
}

function leftBytes({ sending }: NodeActivity): number {
  return sending ? sending.totalBytes - sending.bytes : 0;
}

function totalLine(
  sending: readonly NonNullable<NodeActivity['sending']>[],
  say: Say,
  nowMs: number,
  columns: number,
): string {
  const sum = (of: (each: NonNullable<NodeActivity['sending']>) => number) =>
    sending.reduce((all, each) => all + of(each), 0);
  const all = {
    bytes: sum(({ bytes }) => bytes),
    totalBytes: sum(({ totalBytes }) => totalBytes),
    startMs: Math.min(...sending.map(({ startMs }) => startMs)),
  };
  const sent = sentTexts(all, say, nowMs);
  const amount = sent.amount.trimStart();
  const paceText = sent.rate ? `  ${pace(sent).trimStart()}` : '';
  const forms = [
    `${bar(sent, 16)}  ${amount}${paceText}`,
    `${amount}${paceText}`,
    `${percent(sent).trimStart()}  ${sent.left}`,
  ];
  const fits = forms.find((form) => displayWidth(margin + form) <= columns) ?? percent(sent);
  return cutLine(`${margin}${fits}`.trimEnd(), columns);
}
