// Picks how events are shown, keeps secrets out of them, and keeps the result where others look for it.

import { access, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../engine/clock.ts';
import { onDisk, writeWhole } from '../engine/disk.ts';
import type { Emit, Event, Result } from '../engine/events.ts';
import { makeFolder } from '../engine/folders.ts';
import type { Language } from '../messages/phrases.ts';
import { jsonLine } from './json.ts';
import { plainReport } from './plain.ts';
import { safe } from './safe.ts';
import { terminalReport } from './terminal.ts';

export type OutputMode = 'auto' | 'tty' | 'plain' | 'json';

export interface ReportOptions {
  readonly mode: OutputMode;
  readonly clock: Clock;
  readonly secrets: readonly string[];
  /** Id of the run until another one is adopted. */
  readonly run: string;
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly columns: () => number;
  readonly rows: () => number;
  readonly colour: boolean;
  /** Of what people read. */
  readonly language: Language;
  /** Hears every event too, without secrets. */
  readonly listener?: (event: Event) => void;
}

export interface Report {
  readonly emit: Emit;
  adoptRun(id: string): void;
  /** Keeps more texts out of what is shown from now on. */
  addSecrets(secrets: readonly string[]): void;
  /** Ends the display; may be called more than once. */
  close(): void;
}

const ticksMs = 250;

/** Shows events as `mode` says; `auto` is the live display on a terminal and plain lines elsewhere. */
export function openReport(options: ReportOptions): Report {
  const { clock, write } = options;
  let run = options.run;
  let { secrets } = options;
  let redact = redactor(secrets);
  const screen = {
    write,
    colour: options.colour,
    get columns() {
      return options.columns();
    },
    get rows() {
      return options.rows();
    },
  };
  const mode = options.mode === 'auto' ? (options.isTerminal ? 'tty' : 'plain') : options.mode;
  const terminal = mode === 'tty' ? terminalReport(screen, clock.monotonicMs, options.language) : undefined;
  const plain = plainReport(clock.monotonicMs, options.language);
  // A display, even one that was never closed, must not keep the process from ending.
  const ticking = terminal && setInterval(terminal.tick, ticksMs).unref();

  function show(event: Event): void {
    if (terminal) {
      terminal.show(safe(event));
      return;
    }
    const line = mode === 'json' ? jsonLine(event) : plain.line(safe(event));
    if (line !== undefined) write(`${line}\n`);
  }

  let isOver = false;

  return {
    emit(body) {
      // A result is the last word, also while something that nobody waits for any more still goes on.
      if (isOver) return;
      isOver = body.type === 'result';
      const event = redact({ time: clock.date().toISOString(), run, ...body });
      options.listener?.(event);
      show(event);
    },
    adoptRun: (id) => {
      run = id;
    },
    addSecrets: (more) => {
      secrets = [...secrets, ...more];
      redact = redactor(secrets);
    },
    close() {
      clearInterval(ticking);
      terminal?.close();
    },
  };
}

// Words of this program's own, which programs rely on: a password that happens to be one of them must not garble them.
const ownWords: readonly string[] = ['type', 'time', 'run', 'command', 'outcome', 'code', 'step', 'role', 'planHash'];

/** Replaces every secret in every text of an event. Steps never put one there; this is the second line of defence. */
export function redactor(secrets: readonly string[]): <T extends object>(event: T) => T {
  const texts = [...new Set(secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]))]
    .filter((text) => text.length >= 4)
    // The longest first: a secret may be the beginning of another one.
    .sort((a, b) => b.length - a.length);
  if (texts.length === 0) return (event) => event;
  const clean = (text: string) => texts.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return clean(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, ownWords.includes(key) ? inner : walk(inner)]),
    );
  };
  return <T extends object>(event: T) => walk(event) as T;
}

/** Keeps the result under STATE_DIR/runs/<run>/. Throws DISK_FULL, DISK_FAILED. */
export async function keepResult(
  result: Result & { readonly time: string; readonly run: string },
  stateDir: string,
): Promise<void> {
  const file = join(stateDir, 'runs', result.run, 'result.json');
  await onDisk(file, () => makeFolder(dirname(file)));
  const text = `${JSON.stringify(result, undefined, 2)}\n`;
  await writeWhole(file, text);
  // A `recover` has the run of the `upgrade` that it takes back: what that one said stays readable.
  await writeWhole(join(dirname(file), `result-${result.command}.json`), text);
}

/** Gives Kubernetes the result, shortened, as the termination message, where there is a file for one. */
export async function leaveTerminationMessage(result: Result, terminationFile = '/dev/termination-log'): Promise<void> {
  const isThere = await access(terminationFile).then(
    () => true,
    () => false,
  );
  if (isThere) await writeFile(terminationFile, terminationMessage(result));
}

const terminationLimitBytes = 4096;

/** At most 4096 bytes, as Kubernetes keeps: nodes are left out when there are too many, long texts are cut. */
export function terminationMessage(result: Result): string {
  const { findings: _findings, plan: _plan, status: _status, ...rest } = result;
  const whole = JSON.stringify(rest);
  if (Buffer.byteLength(whole) <= terminationLimitBytes) return whole;
  for (let length = 1024; ; length /= 2) {
    const message = rest.message.slice(0, length);
    const short = JSON.stringify({ ...rest, nodes: [], message, next: rest.next.slice(0, length) });
    if (Buffer.byteLength(short) <= terminationLimitBytes || length < 1) return short;
  }
}
