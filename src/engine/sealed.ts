// Files that say what was done: JSON with a digest over its own bytes. A damaged one is known for damaged; it is never half believed.

import { createHash } from 'node:crypto';

/** `body` as a line of JSON, sealed by the SHA-256 of its text. */
export function seal(body: object): string {
  const text = JSON.stringify(body);
  return `{"sha256":"${digestOf(text)}","body":${text}}\n`;
}

/**
 * The body of a sealed file, equal to what was sealed; undefined when a byte of it is missing or another one. Whether the body has
 * the shape that its reader knows is the reader's to check: another version of this program may have written it.
 */
export function unseal(bytes: Buffer | string): unknown {
  const text = typeof bytes === 'string' ? bytes : bytes.toString('utf8');
  const head = /^\{"sha256":"([0-9a-f]{64})","body":/.exec(text);
  const tail = /\}\n?$/.exec(text);
  if (!head || !tail) return undefined;
  const body = text.slice(head[0].length, tail.index);
  return digestOf(body) === head[1] ? JSON.parse(body) : undefined;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
