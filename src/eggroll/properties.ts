// eggroll.properties: reading values, and carrying a site's file over to a new version (DESIGN.md section 8).
// EggRoll's scripts read this file with grep and cut, so every line of the site stays as it is, byte for byte.

import { droppedKeys, movedPaths, perNodeKeys, scriptPatterns } from './property-facts.ts';
import {
  commonLineEnd,
  joinLines,
  markLength,
  type PropertyEntry,
  type PropertyFile,
  type PropertyLine,
  parsePropertyFile,
} from './property-lines.ts';
import { compareVersions } from './versions.ts';

export interface MergeOptions {
  /** The package's version; keys are commented out and paths moved only when it is given. */
  readonly targetVersion?: string;
  /** Values of this node for keys that must differ between nodes, such as `…nodemanager.host`. */
  readonly perNode?: ReadonlyMap<string, string>;
}

export interface PropertiesMerge {
  readonly text: string;
  /** Keys appended with the package's value, in the package's order. */
  readonly added: readonly string[];
  /** Keys that the new version dropped, now behind a `#`. */
  readonly commentedOut: readonly string[];
  /** Program paths that moved in the new version. */
  readonly changed: readonly { readonly key: string; readonly before: string; readonly after: string }[];
  /** New keys that were not appended, and why. */
  readonly skipped: readonly { readonly key: string; readonly reason: string }[];
  /** Keys that the site's file already has more than once. */
  readonly duplicates: readonly string[];
}

/** Values by key, continuation lines joined, blanks around cut; of a key that occurs twice the last. */
export function readProperties(text: string): ReadonlyMap<string, string> {
  return new Map(parsePropertyFile(text).entries.map((entry) => [entry.key, entry.value]));
}

/** Merges the package's file into the site's. Both texts decoded alike: as latin1 when every byte is to be kept. Pure; never throws. */
export function mergeProperties(siteText: string, packageText: string, options: MergeOptions = {}): PropertiesMerge {
  const given = parsePropertyFile(siteText);
  const fresh = parsePropertyFile(joinLines(movePaths(parsePropertyFile(packageText), options.targetVersion).lines));
  const isEmpty = given.lines.length === 0;
  const site = isEmpty ? withoutPerNodeKeys(fresh) : given;
  const packageKeys = new Set(fresh.entries.map((entry) => entry.key));
  const dropped = commentOut(site, packageKeys, options.targetVersion);
  const moved = movePaths({ ...site, lines: dropped.lines }, options.targetVersion);
  const { block, added, skipped } = newLines(site, fresh, moved.lines, options.perNode ?? new Map());
  const lines = insertBlock(site, moved.lines, block);
  const text = joinLines(lines);
  const taken = isEmpty ? site.entries.map((entry) => entry.key) : [];
  return {
    text,
    added: [...taken, ...added],
    commentedOut: dropped.keys,
    changed: moved.changed,
    skipped,
    duplicates: duplicateKeys(site),
  };
}

function since(version: string, target: string | undefined): boolean {
  return target !== undefined && compareVersions(target, version) >= 0;
}

function commentOut(site: PropertyFile, packageKeys: ReadonlySet<string>, target: string | undefined) {
  const known = new Set(droppedKeys.filter((table) => since(table.since, target)).flatMap((table) => table.keys));
  const entries = site.entries.filter((entry) => known.has(entry.key) && !packageKeys.has(entry.key));
  const lines = [...site.lines];
  for (const entry of entries) {
    for (let index = entry.first; index <= entry.last; index += 1) {
      const line = lines[index];
      if (!line) continue;
      const mark = markLength(lines, index);
      lines[index] = { ...line, text: `${line.text.slice(0, mark)}#${line.text.slice(mark)}` };
    }
  }
  return { lines, keys: [...new Set(entries.map((entry) => entry.key))] };
}

function movePaths(file: PropertyFile, target: string | undefined) {
  const lines = [...file.lines];
  const changed: { key: string; before: string; after: string }[] = [];
  for (const entry of file.entries.filter((candidate) => candidate.first === candidate.last)) {
    const rule = movedPaths.find((moved) => moved.key === entry.key && since(moved.since, target));
    const after = rule?.move(entry.value);
    const line = lines[entry.first];
    if (after === undefined || !line) continue;
    const rest = line.text.slice(entry.valueStart + entry.value.length);
    lines[entry.first] = { ...line, text: line.text.slice(0, entry.valueStart) + after + rest };
    changed.push({ key: entry.key, before: entry.value, after });
  }
  return { lines, changed };
}

// An empty file takes all of the package's but what would make the nodes equal.
function withoutPerNodeKeys(fresh: PropertyFile): PropertyFile {
  const set = new Set(fresh.entries.flatMap(({ key, value }) => (perNodeKeys.has(key) && value !== '' ? [key] : [])));
  const left = fresh.entries.filter(({ key }) => set.has(key));
  const isLeft = (index: number) => left.some(({ first, last }) => first <= index && index <= last);
  return parsePropertyFile(joinLines(fresh.lines.filter((_, index) => !isLeft(index))));
}

function newLines(
  site: PropertyFile,
  fresh: PropertyFile,
  current: readonly PropertyLine[],
  perNode: ReadonlyMap<string, string>,
) {
  const known = new Set(site.entries.map((entry) => entry.key));
  const block: string[] = [];
  const added: string[] = [];
  const skipped: { key: string; reason: string }[] = [];
  for (const entry of lastOfEachKey(fresh.entries)) {
    if (known.has(entry.key)) continue;
    const ownValue = perNode.get(entry.key);
    const without = perNodeKeys.get(entry.key);
    if (without !== undefined && ownValue === undefined && entry.value !== '') {
      skipped.push({ key: entry.key, reason: `its value must differ between nodes; ${without}` });
      continue;
    }
    const texts = ownValue === undefined ? entryTexts(fresh, entry) : [`${entry.key}=${ownValue}`];
    const clash = clashingLine(entry.key, texts, [...current.map((line) => line.text), ...block]);
    if (clash !== undefined) {
      skipped.push({
        key: entry.key,
        reason: `EggRoll's scripts would read it together with this line: ${clash.trim()}`,
      });
      continue;
    }
    block.push(...texts);
    added.push(entry.key);
  }
  return { block, added, skipped };
}

function lastOfEachKey(entries: readonly PropertyEntry[]): PropertyEntry[] {
  return [...new Map(entries.map((entry) => [entry.key, entry])).values()];
}

function entryTexts(file: PropertyFile, entry: PropertyEntry): string[] {
  const texts = file.lines.slice(entry.first, entry.last + 1).map((line) => line.text);
  const first = texts[0] ?? '';
  texts[0] = first.slice(markLength(file.lines, entry.first)).replace(/^[ \t\f]+/, '');
  // A backslash that continues into nothing would swallow the line that comes next here.
  if (entry.dangling) texts[texts.length - 1] = (texts.at(-1) ?? '').slice(0, -1);
  return texts;
}

function clashingLine(key: string, texts: readonly string[], present: readonly string[]): string | undefined {
  for (const pattern of scriptPatterns(key)) {
    const own = texts.filter((text) => pattern.test(text));
    const clash = own.length > 0 ? (present.find((line) => pattern.test(line)) ?? own[1]) : undefined;
    if (clash !== undefined) return clash;
  }
  return undefined;
}

// New keys go to the end of the [eggroll] section: below a later section line, Python would not find them.
function insertBlock(site: PropertyFile, lines: readonly PropertyLine[], block: readonly string[]): PropertyLine[] {
  if (block.length === 0) return [...lines];
  const end = commonLineEnd(site.lines);
  const at = site.sections[1] ?? lines.length;
  const before = lines.slice(0, at);
  const previous = before.at(-1);
  const finalEnd = at === lines.length ? (previous?.end ?? '') : end;
  if (previous && previous.end === '') before[before.length - 1] = { ...previous, end };
  // An empty line ends the value that a backslash would continue into the new keys.
  if (at === lines.length && site.dangling) before.push({ text: '', end: previous?.end || end });
  const added = block.map((text, index) => ({ text, end: index < block.length - 1 || finalEnd !== '' ? end : '' }));
  return [...before, ...added, ...lines.slice(at)];
}

function duplicateKeys(file: PropertyFile): string[] {
  const keys = file.entries.map((entry) => entry.key);
  const seen = new Set<string>();
  return [...new Set(keys.filter((key) => seen.size === seen.add(key).size))];
}
