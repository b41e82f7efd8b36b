// What a container of a rehearsal has printed, for messages.

import { type Container, onEngine } from './engine.ts';

/** The end of what a container has printed, on one line. */
export async function lastLines(container: Container, lines = 6): Promise<string> {
  const printed = await onEngine('read what a container has printed', () =>
    container.logs({ stdout: true, stderr: true, tail: lines }),
  );
  const text = withoutFrames(Buffer.from(printed)).replace(/[\p{Cc}\uFFFD]+/gu, ' ');
  return text.trim().slice(-1500) || 'it printed nothing';
}

const frameHeadBytes = 8;

/** Each piece has eight bytes before it: which stream it belongs to, and how long it is. */
export function withoutFrames(bytes: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + frameHeadBytes <= bytes.length; ) {
    const end = at + frameHeadBytes + bytes.readUInt32BE(at + 4);
    pieces.push(bytes.subarray(at + frameHeadBytes, end));
    at = end;
  }
  return Buffer.concat(pieces).toString('utf8');
}
