// EggRoll versions: where they are written, how they compare, and which generation of scripts, classes and files they belong to.
// Facts: EGGROLL.md sections 1, 2 and 4.

/**
 * Releases that share launch classes, scripts and layout: `2.0` is 2.0.x and 2.1.x, `2.2` is 2.2.x to 2.4.x,
 * `2.5` is 2.5.x and 3.0.0-beta (which still carries the 2.x scripts and properties), `3` is 3.0.0 and later.
 */
export type Generation = '2.0' | '2.2' | '2.5' | '3';

export interface CoreJar {
  readonly name: string;
  readonly version: string;
}

export type VersionDetection = { readonly version: string } | { readonly reason: string };

const versionText = String.raw`\d+\.\d+\.\d+(?:[-.][0-9A-Za-z][0-9A-Za-z.-]*)?`;
const wholeVersion = new RegExp(`^${versionText}$`);
const assignment = /^\uFEFF?[ \t]*__version__[ \t]*(?::[^=\n]*)?=[ \t]*(["']?)([^"'#\r\n]*)\1[ \t]*(?:#.*)?\r?$/gm;

/** `__version__` of `python/eggroll/__init__.py`, in every spelling that is found in the field; undefined when there is none. */
export function parseInitPy(text: string): string | undefined {
  return readAssignment(text)?.version;
}

function readAssignment(text: string): { version: string; quoted: boolean } | undefined {
  // A line that was appended by hand counts, as it does for Python.
  const match = [...text.matchAll(assignment)].at(-1);
  const version = match?.[2]?.trim() ?? '';
  return wholeVersion.test(version) ? { version, quoted: match?.[1] !== '' } : undefined;
}

/**
 * EggRoll's own core jars among the file names of `lib`: `eggroll-core-V.jar` of 2.x, `core-V.jar` of 3.x.
 * Other projects ship a `core-V.jar` too, so that name counts only beside a 3.x service jar of the same version,
 * or where nothing else tells the version.
 */
export function coreJars(jars: readonly string[]): CoreJar[] {
  const old = matchJars(jars, 'eggroll-core');
  const services = new Set(
    ['cluster_manager', 'node_manager'].flatMap((name) => matchJars(jars, name)).map((jar) => jar.version),
  );
  const candidates = matchJars(jars, 'core');
  const confirmed = candidates.filter((jar) => services.has(jar.version));
  const newer = confirmed.length > 0 || old.length > 0 ? confirmed : candidates;
  return [...old, ...newer];
}

function matchJars(jars: readonly string[], name: string): CoreJar[] {
  const pattern = new RegExp(`^${name}-(${versionText})\\.jar$`);
  return jars.flatMap((jar) => {
    const version = pattern.exec(jar)?.[1];
    return version ? [{ name: jar, version }] : [];
  });
}

/**
 * The version of a home or a package, from the text of `python/eggroll/__init__.py` and the file names in `lib`.
 * Both must agree, but genuine 2.0.x and 2.1.0 have an empty `__init__.py`, and one edited by hand (no quotes) is no evidence:
 * there the jar decides.
 */
export function detectVersion(found: { readonly initPy?: string; readonly jars: readonly string[] }): VersionDetection {
  const cores = coreJars(found.jars);
  const [jar, second] = cores;
  if (second) return { reason: `lib holds more than one core jar: ${cores.map((core) => core.name).join(', ')}` };
  const written = readAssignment(found.initPy ?? '');
  if (jar && written?.quoted && written.version !== jar.version) {
    return { reason: `python/eggroll/__init__.py says ${written.version}, but lib holds ${jar.name}` };
  }
  const version = jar?.version ?? written?.version;
  return version ? { version } : { reason: 'neither a core jar in lib nor python/eggroll/__init__.py tells a version' };
}

/** The generation of a version; undefined for versions before 2.0.0 and for text that is no version. */
export function generationOf(version: string): Generation | undefined {
  if (!wholeVersion.test(version) || compareVersions(version, '2.0.0') < 0) return undefined;
  if (compareVersions(version, '3.0.0') >= 0) return '3';
  if (compareVersions(version, '2.5.0-0') >= 0) return '2.5';
  return compareVersions(version, '2.2.0-0') >= 0 ? '2.2' : '2.0';
}

/** Below zero when `left` is older, above zero when it is newer. A pre-release (`3.0.0-beta`) is older than its release. */
export function compareVersions(left: string, right: string): number {
  const [leftNumbers, leftPre] = split(left);
  const [rightNumbers, rightPre] = split(right);
  const length = Math.max(leftNumbers.length, rightNumbers.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (leftNumbers[index] ?? 0) - (rightNumbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (leftPre === rightPre) return 0;
  if (leftPre === '' || rightPre === '') return leftPre === '' ? 1 : -1;
  return leftPre < rightPre ? -1 : 1;
}

function split(version: string): [numbers: number[], preRelease: string] {
  const [, numbers = '', preRelease = ''] = /^(\d+(?:\.\d+)*)[-.]?(.*)$/.exec(version) ?? [];
  return [numbers.split('.').map(Number), preRelease];
}

/** Why a package must not be installed over a cluster: it is older. Undefined when it is as new or newer. */
export function downgradeReason(clusterVersion: string, packageVersion: string): string | undefined {
  if (compareVersions(packageVersion, clusterVersion) >= 0) return undefined;
  return `The package is ${packageVersion}, older than the ${clusterVersion} that is installed. EggRoll cannot go back to an older version by an upgrade.`;
}
