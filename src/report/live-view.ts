// What the live display shows, as data that events change. `live-lines.ts` turns it into lines.

import { describeFinding } from '../engine/errors.ts';
import type { Event } from '../engine/events.ts';
import { type Fixed, type Language, type Say, sayIn, translated } from '../messages/phrases.ts';
import { resultLines } from './result-lines.ts';
import { bytesText, durationText } from './units.ts';

export type Style = 'dim' | 'good' | 'bad' | 'warn' | 'bold';

/** A line and how it is painted. */
export interface StyledLine {
  readonly text: string;
  readonly style?: Style;
}

export interface NodeActivity {
  readonly host: string;
  /** Of the list that names it; empty for a machine that none names. */
  readonly role: string;
  /** What it is doing, or has done, in words. */
  readonly phase: string;
  readonly done: boolean;
  /** Once content is sent to it. */
  readonly sending?: { readonly bytes: number; readonly totalBytes: number; readonly startMs: number };
}

export interface LiveView {
  readonly language: Language;
  readonly say: Say;
  step:
    | { readonly title: string; readonly index: number; readonly count: number; readonly startMs: number }
    | undefined;
  /** Nodes at which something happened in this step. */
  readonly nodes: Map<string, NodeActivity>;
  readonly roles: Map<string, string>;
  nodesInRun: number;
  /** Lines that belong to the step; they stay below it once it has ended. */
  details: string[];
  /** Collected, and shown below everything else until the end. */
  warnings: string[];
  /** Services stopped or started in this step. */
  services: { readonly count: number; readonly state: 'stopped' | 'started' } | undefined;
  downtimeStartMs: number | undefined;
}

export function newLiveView(language: Language): LiveView {
  return {
    language,
    say: sayIn(language),
    step: undefined,
    nodes: new Map(),
    roles: new Map(),
    nodesInRun: 0,
    details: [],
    warnings: [],
    services: undefined,
    downtimeStartMs: undefined,
  };
}

/** Takes an event into the view; gives the lines that stay on the screen. */
export function takeEvent(view: LiveView, event: Event, nowMs: number): StyledLine[] {
  const { say, language } = view;
  switch (event.type) {
    case 'run-started': {
      const { version, command, nodes, hosts = [] } = event;
      view.nodesInRun = nodes;
      for (const { host, role } of hosts) view.roles.set(host, role);
      const values = { version, command, count: nodes };
      return [{ style: 'bold', text: say('eggroll-upgrade {version}: {command} of {count} nodes', values) }];
    }
    case 'package-checked':
    case 'run-adopted':
      return [{ text: `  ${event.message}` }];
    case 'step-started':
      newStep(view);
      view.step = { ...event, title: translated(language, event.title), startMs: nowMs };
      return [];
    case 'step-finished': {
      const line = stepLine(view, event);
      newStep(view);
      return [line, ...takeDetails(view)];
    }
    case 'node-progress':
      noteSending(view, event, nowMs);
      return [];
    case 'change':
      noteChange(view, event);
      return [];
    case 'work':
    case 'conf-change':
    case 'statements':
    case 'statement':
      return [];
    case 'node-done':
      note(view, event.host, { phase: event.message, done: true });
      return [];
    case 'service':
      view.services = { count: (view.services?.count ?? 0) + 1, state: event.state };
      note(view, event.host, { phase: say(serviceTexts[event.state], { service: event.service }), done: true });
      return [];
    case 'hook':
      return detail(view, say('hook: {message}', { message: event.message }));
    case 'job':
      return detail(view, `${event.command}: ${event.message}`);
    case 'database':
      return detail(view, say('database: {message}', { message: event.message }));
    case 'downtime-started':
      view.downtimeStartMs = nowMs;
      return [];
    case 'downtime-ended':
      view.downtimeStartMs = undefined;
      return detail(view, say('services were down for {time}', { time: durationText(event.downtimeMs) }));
    case 'warning':
      view.warnings.push(`${event.host ? `${event.host}: ` : ''}${event.message}`);
      return [];
    case 'finding':
      return [...takeWarnings(view), { style: 'bad', text: `  ✗ ${describeFinding(event, language)}` }];
    case 'result': {
      newStep(view);
      view.downtimeStartMs = undefined;
      const [outcome = '', ...rest] = resultLines(event, language);
      const style: Style = event.exitCode === 0 ? 'good' : 'bad';
      const lines = [{ text: '' }, { style, text: outcome }, ...rest.map((text) => ({ text }))];
      return [...takeDetails(view), ...takeWarnings(view), ...lines];
    }
  }
}

const serviceTexts = { stopped: '{service} stopped', started: '{service} started' } as const;

function newStep(view: LiveView): void {
  view.step = undefined;
  view.nodes.clear();
  view.services = undefined;
}

function note(view: LiveView, host: string, news: Partial<NodeActivity>): void {
  const known = view.nodes.get(host) ?? { host, role: view.roles.get(host) ?? '', phase: '', done: false };
  view.nodes.set(host, { ...known, ...news });
}

function noteSending(view: LiveView, event: Extract<Event, { type: 'node-progress' }>, nowMs: number): void {
  const { host, bytes, totalBytes } = event;
  const startMs = view.nodes.get(host)?.sending?.startMs ?? nowMs;
  const phase = view.say(bytes < totalBytes ? 'receives' : 'verifies');
  note(view, host, { phase, done: false, sending: { bytes, totalBytes, startMs } });
}

// What a person wants to know of the scripts that change a node; the others are over in a moment.
const phases: readonly (readonly [RegExp, Fixed])[] = [
  [/^stage-receive /, 'receives'],
  [/^stage-copy /, 'copies what it has'],
  [/^backup-receive /, 'gets a copy of the backup'],
  [/^switch /, 'switches'],
  [/^switch-back /, 'switches back'],
  [/^service .* stop\b/, 'stops services'],
  [/^service .* start\b/, 'starts services'],
  [/^end-process /, 'ends processes'],
  [/^prune-run /, 'removes backups'],
];

function noteChange(view: LiveView, { phase: moment, where, what }: Extract<Event, { type: 'change' }>): void {
  if (moment !== 'begins' || !view.step) return;
  const [, phase] = phases.find(([script]) => script.test(what)) ?? [];
  if (phase) note(view, where, { phase: view.say(phase), done: false });
}

function detail(view: LiveView, text: string): StyledLine[] {
  view.details.push(`      ${text}`);
  return view.step ? [] : takeDetails(view);
}

function takeDetails(view: LiveView): StyledLine[] {
  const lines = view.details.map((text): StyledLine => ({ style: 'dim', text }));
  view.details = [];
  return lines;
}

/** The warnings, as lines that stay. */
export function takeWarnings(view: LiveView): StyledLine[] {
  const lines = view.warnings.map((text): StyledLine => ({ style: 'warn', text: `  ! ${text}` }));
  view.warnings = [];
  return lines;
}

function stepLine(view: LiveView, event: Extract<Event, { type: 'step-finished' }>): StyledLine {
  const title = translated(view.language, event.title);
  const time = durationText(event.durationMs);
  if (event.outcome === 'failed') return { style: 'bad', text: `  ✗ ${title}  ${time}` };
  if (event.outcome === 'already-done') return { text: `  ✓ ${title}  ${view.say('nothing to do')}` };
  const sent = [...view.nodes.values()].flatMap(({ sending }) => (sending ? [sending.totalBytes] : []));
  const values = { bytes: bytesText(sent.reduce((sum, bytes) => sum + bytes, 0)), count: sent.length };
  const told = view.say(sent.length === 1 ? '{bytes} to 1 node' : '{bytes} to {count} nodes', values);
  const note = sent.length > 0 ? `, ${told}` : '';
  return { text: `  ✓ ${title}  ${time}${note}` };
}
