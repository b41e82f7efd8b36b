// What a page of the documentation names, in either language: variables and codes, exit codes, commands.

/** Names in capitals with a line between, and single words that are given a value or stand alone as code. */
export function namesIn(text: string): string[] {
  const written = text.match(/(?<![\w<>$])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w>])/g) ?? [];
  const assigned = [...text.matchAll(/(?<=[`\s])([A-Z]{3,})=[^\s`]/g)].map(([, name = '']) => name);
  return [...new Set([...written, ...assigned])];
}

/** Numbers that stand for exit codes: `exit code 65`, `exits with 65`, and `(65)` after a word. */
export function exitCodesIn(text: string): number[] {
  return numbersOf(text.matchAll(/exit code (\d+)|exits? with (\d+)|[a-z] \((\d\d)\)/g));
}

/** The same in Chinese: `退出码 65`, `以 65 退出`, and `（65）`. */
export function chineseExitCodesIn(text: string): number[] {
  return numbersOf(text.matchAll(/退出码(?:是|为)?\s*(\d+)|以\s*(\d+)\s*退出|[（(](\d\d)[)）]/g));
}

/** Words that are said to be commands: called by the name of the program, or what one is told to run. */
export function commandsIn(text: string): string[] {
  const called = text.matchAll(/(?<=[`\s])eggroll-upgrade(?::local)? ([a-z][a-z-]+)(?=[`\s])/g);
  const code = [...called].filter(({ index }) => isInCode(text, index)).map(([, word = '']) => word);
  const told = [...text.matchAll(/(?:\b[Rr]uns?|运行) ?`([a-z][a-z-]*)`/g)].map(([, word = '']) => word);
  return [...code, ...told];
}

function numbersOf(matches: Iterable<RegExpMatchArray>): number[] {
  return [...matches].map((match) => Number(match.slice(1).find((number) => number !== undefined)));
}

/** Within a fence or between backticks on its line. */
function isInCode(text: string, at: number): boolean {
  const before = text.slice(0, at);
  const isFenced = (before.match(/^```/gm) ?? []).length % 2 === 1;
  const onLine = before.slice(before.lastIndexOf('\n') + 1);
  return isFenced || (onLine.match(/`/g) ?? []).length % 2 === 1;
}
