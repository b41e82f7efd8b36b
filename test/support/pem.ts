// The first and last lines of key files, put together here: a text that looks like a key has no place in a repository.

/** For example `pemLine('BEGIN', 'OPENSSH PRIVATE')`; without a line end. */
export function pemLine(edge: 'BEGIN' | 'END', kind: string): string {
  return `-----${edge} ${kind} KEY-----`;
}
