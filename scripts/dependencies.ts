/** docs/dependencies.md: package.json and package-lock.json with the notes of `dependency-notes.ts`. */
import { dependencyNotes } from './dependency-notes.ts';
import { table } from './reference-tables.ts';

export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

export interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  /** Installed by npm too, unless they are optional. */
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** `packages` of package-lock.json: by the folder of each. */
export type Locked = Readonly<Record<string, LockedPackage>>;

/** Bytes in the folders of these packages; not a fact of the lock file, as it differs from platform to platform. */
export type SizeOf = (name: string, folders: readonly string[]) => string;

export function dependenciesPage(manifest: Manifest, locked: Locked, sizeOf: SizeOf): string {
  const { dependencies, devDependencies } = manifest;
  const runTime = closureOf(Object.keys(dependencies), locked).length;
  return [
    '# Dependencies\n\n',
    `${Object.keys(dependencies).length} packages are needed at run time; with all that these need there are ${runTime} in \`package-lock.json\`.\n`,
    'Versions are exact, and the lock file holds the digest of every package.\n',
    'Scripts at installation run for the packages in `allowScripts` of `package.json` alone, where npm heeds that.\n',
    'A package is taken when it does what would be many lines of our own, is looked after, and has a licence without conditions for those who use this program.\n\n',
    'This page is written by `npm run docs` from `scripts/dependency-notes.ts` and the lock file; a test fails when a package is missing here.\n',
    'Sizes are those of the installed packages with all that they need, on Linux x86-64, when the page was written; what two of them need counts for both.\n\n',
    '## At run time\n\n',
    rowsOf(Object.keys(dependencies), locked, sizeOf),
    '\n## For building and testing\n\n',
    'The image holds none of these, but for those that a package of the first table needs, and for Node.js itself where it comes from npm.\n\n',
    rowsOf(Object.keys(devDependencies), locked, sizeOf),
    '\n## Known weaknesses\n\n',
    '`npm run audit` asks the registry for known weaknesses of everything in the lock file, and fails when there is one; `npm outdated` shows what is newer.\n',
    'A mirror of the registry may not answer the first (405 or 404): then run it where the registry itself can be reached, or give the lock file to another scanner.\n',
  ].join('');
}

function rowsOf(names: readonly string[], locked: Locked, sizeOf: SizeOf): string {
  const rows = names.map((name) => {
    const folders = closureOf([name], locked);
    const { version = '', license } = locked[`node_modules/${name}`] ?? {};
    const note = dependencyNotes[name];
    if (!note) throw new Error(`scripts/dependency-notes.ts has no entry for ${name}.`);
    const needs = String(folders.length - 1);
    const licence = license ?? note.licence ?? '';
    return [
      `\`${name}\` ${version}`,
      note.use,
      needs,
      sizeOf(name, folders),
      licence,
      note.brings ?? '',
      note.alternative,
    ];
  });
  return table(['package', 'what for', 'needs', 'size', 'licence', 'brings', 'instead'], rows);
}

/** Folders of packages and of all that they need, as Node.js would find them. */
export function closureOf(names: readonly string[], locked: Locked): string[] {
  const found = new Set<string>();
  const visit = (folder: string) => {
    if (found.has(folder)) return;
    found.add(folder);
    for (const name of needsOf(locked[folder] ?? {})) {
      const needed = folderOf(name, folder, locked);
      if (needed !== undefined) visit(needed);
    }
  };
  for (const name of names) visit(`node_modules/${name}`);
  return [...found];
}

function needsOf(locked: LockedPackage): string[] {
  const { dependencies, optionalDependencies, peerDependencies = {}, peerDependenciesMeta } = locked;
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta?.[name]?.optional);
  return [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers];
}

function folderOf(name: string, from: string, locked: Locked): string | undefined {
  for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/')))) {
    const folder = place === '' ? `node_modules/${name}` : `${place}/node_modules/${name}`;
    if (folder in locked) return folder;
    if (place === '') return undefined;
  }
}
