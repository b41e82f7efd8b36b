// Words as a POSIX shell reads them.

/** A word for a command line of a POSIX shell, in quotes only where it needs them. */
export function shellWord(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
