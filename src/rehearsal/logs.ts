// What a container of a rehearsal has printed, for messages.

import { type Container, onEngine } from './engine.ts';

/** The end of what a container has printed, on one line. */
export async function lastLines(container: Container, lines = 6): Promise<string> {
  const printed = await onEngine('read what a container has printed', () =>
    container.logs({ stdout: true, stderr: true, tail: lines }),
  );
  // Each piece has eight bytes before it that say where it belongs.
  const text = Buffer.from(printed)
    .toString('utf8')
    .replace(/[\p{Cc}\uFFFD]+/gu, ' ');
  return text.trim().slice(-1500) || 'it printed nothing';
}
