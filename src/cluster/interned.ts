// Text of which a cluster's nodes have much, and mostly the same: what 1000 nodes say of their files has to fit into memory.

const texts = new Map<string, string>();

/** The same text, held once however many nodes have it. For paths and hashes, which are few in a cluster. */
export function interned(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  const own = flat(text);
  texts.set(own, own);
  return own;
}

/** The same text in memory of its own: what was cut out of a longer text, or put together, keeps all of that alive (in V8). */
export function flat(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
