// Gathers the story of a run from its events: bounded, however many nodes and tries there are.

import { describeFinding } from '../engine/errors.ts';
import type { Event } from '../engine/events.ts';
import type { Kept, Span, Story } from './html-story.ts';
import { plainReport } from './plain.ts';

export interface StoryTeller {
  readonly story: Story;
  /** Takes an event that holds no secret any more. */
  take(event: Event): void;
}

/** `nowMs` is a monotonic clock. */
export function newStory(nowMs: () => number): StoryTeller {
  const startMs = nowMs();
  const story: Story = {
    version: '',
    startedAt: '',
    endMs: 0,
    steps: [],
    workers: new Map(),
    downtime: [],
    warnings: kept(300),
    database: kept(300),
    conf: kept(200),
    statements: [],
    times: new Map(),
    log: kept(1000),
  };
  const plain = plainReport(nowMs);
  return {
    story,
    take(event) {
      const atMs = nowMs() - startMs;
      if (story.startedAt === '') story.startedAt = event.time;
      story.endMs = atMs;
      note(story, event, atMs);
      if (isLogged(event)) add(story.log, plain.line(event) ?? '');
    },
  };
}

function kept<T>(limit: number): Kept<T> {
  return { items: [], limit, more: 0 };
}

function add<T>(list: Kept<T>, item: T): void {
  if (list.items.length < list.limit) list.items.push(item);
  else list.more += 1;
}

// What comes once for every node would drown the rest.
const logged: readonly Event['type'][] = [
  'run-started',
  'run-adopted',
  'step-started',
  'step-finished',
  'hook',
  'job',
  'database',
  'downtime-started',
  'downtime-ended',
  'warning',
];

function isLogged({ type }: Event): boolean {
  return logged.includes(type);
}

function note(story: Story, event: Event, atMs: number): void {
  switch (event.type) {
    case 'run-started':
      story.version = event.version;
      return;
    case 'run-adopted':
      if (event.resumes && !isOwn(story)) story.resumed = event.message;
      return;
    case 'step-started':
    case 'step-finished':
      noteStep(story, event, atMs);
      return;
    case 'work':
    case 'change':
      noteWork(story, event, atMs);
      return;
    case 'downtime-started':
      story.downtime.push({ fromMs: atMs, toMs: undefined });
      return;
    case 'downtime-ended':
      end(story.downtime.at(-1), atMs);
      return;
    case 'database':
      add(story.database, { atMs, text: event.message });
      return;
    case 'conf-change':
      add(story.conf, { path: event.path, diff: event.diff, hosts: event.hosts });
      return;
    case 'statements':
      story.statements = event.statements;
      return;
    case 'statement':
      noteStatement(story, event, atMs);
      return;
    case 'warning': {
      const { host, message } = event;
      add(story.warnings, { atMs, text: message, ...(host === undefined ? {} : { host }) });
      return;
    }
    case 'finding':
      add(story.log, `${event.time} ERROR ${event.code} ${describeFinding(event)}`);
      return;
    default:
  }
}

// Another try resumes what an earlier try of this process has begun.
function isOwn({ steps }: Story): boolean {
  return steps.some(({ step, outcome }) => openers.includes(step) && outcome === 'applied');
}

const openers: readonly string[] = ['open-run', 'open-recovery'];

// A run that is tried again and again has its steps as often.
const mostSteps = 300;

function noteStep(story: Story, event: Extract<Event, { type: 'step-started' | 'step-finished' }>, atMs: number): void {
  const { step, title } = event;
  if (event.type === 'step-started') {
    if (story.steps.length < mostSteps) {
      story.steps.push({ step, title, fromMs: atMs, toMs: undefined, outcome: undefined });
    }
    return;
  }
  const span = story.steps.findLast((candidate) => candidate.title === title && candidate.toMs === undefined);
  if (!span) return;
  span.toMs = atMs;
  span.outcome = event.outcome;
}

// Of each step so many pieces of work are told apart; the last one takes in what comes after it.
const piecesOfStep = 4;
const mostSpans = 200;

function noteWork({ workers, steps }: Story, { phase, where }: { phase: string; where: string }, atMs: number): void {
  const worker = workers.get(where) ?? { spans: [], depth: 0 };
  workers.set(where, worker);
  if (phase === 'ends') {
    worker.depth = Math.max(0, worker.depth - 1);
    if (worker.depth === 0) end(worker.spans.at(-1), atMs);
    return;
  }
  worker.depth += 1;
  if (worker.depth > 1) return;
  const step = steps.at(-1)?.step ?? '';
  const last = worker.spans.at(-1);
  const isFull = worker.spans.length >= mostSpans;
  if (last && (isFull || (last.step === step && worker.spans.at(-piecesOfStep)?.step === step))) last.toMs = undefined;
  else worker.spans.push({ step, fromMs: atMs, toMs: undefined });
}

function noteStatement({ times }: Story, event: Extract<Event, { type: 'statement' }>, atMs: number): void {
  const known = times.get(event.index) ?? {};
  times.set(event.index, known);
  if (event.phase === 'begins') known.beganMs = atMs;
  else if (event.step === 'rehearse-sql') known.rehearsedMs = event.durationMs;
  else known.ranMs = event.durationMs;
}

function end(span: Span | undefined, atMs: number): void {
  if (span) span.toMs = atMs;
}
