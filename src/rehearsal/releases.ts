// What is true of each EggRoll release, as far as a stand-in must show it: a table of facts (EGGROLL.md sections 1 and 2).
// File contents are our own; names, places, modes and version texts are EggRoll's.

/** Every release that the simulated cluster knows, oldest first. */
export const releases = [
  ...(['2.0.0', '2.0.1', '2.0.2', '2.1.0', '2.2.0', '2.2.1', '2.2.2', '2.2.3', '2.3.0', '2.3.1'] as const),
  ...(['2.4.0', '2.4.1', '2.4.2', '2.4.3', '2.4.4', '2.4.5', '2.4.6', '2.4.7', '2.4.8', '2.4.9'] as const),
  ...(['2.5.1', '2.5.2', '2.5.3', '3.0.0-beta', '3.0.0', '3.1.0', '3.2.0'] as const),
] as const;

export type Release = (typeof releases)[number];

export type SimulatedService = 'clustermanager' | 'nodemanager' | 'rollsite' | 'dashboard';

/** How a release controls its services. */
export type ScriptKind = '2.0.0' | '2.0.1' | '2.2.0' | '2.2.1' | '3.0.0';

/** Levels of the eggroll_meta schema, oldest first (EGGROLL.md section 5). */
export const schemaLevels = ['2.0', '2.1', '2.2.0', '2.2.1', '2.5', '3.0'] as const;

export type SchemaLevel = (typeof schemaLevels)[number];

export function isRelease(text: string): text is Release {
  return (releases as readonly string[]).includes(text);
}

/** True when the release has what came with `floor`. 2.3.0 was made from 2.2.0 and lacks what 2.2.1 brought. */
export function since(version: Release, floor: Release): boolean {
  const origin = version === '2.3.0' ? '2.2.0' : version;
  return releases.indexOf(origin) >= releases.indexOf(floor);
}

/** From `floor` on, but not any more in `end`. */
function between(version: Release, floor: Release, end: Release): boolean {
  return since(version, floor) && !since(version, end);
}

export function scriptKind(version: Release): ScriptKind {
  if (version === '2.0.0') return '2.0.0';
  if (!since(version, '2.2.0')) return '2.0.1';
  if (version === '2.2.0') return '2.2.0';
  return since(version, '3.0.0') ? '3.0.0' : '2.2.1';
}

export function schemaLevel(version: Release): SchemaLevel {
  if (since(version, '3.0.0')) return '3.0';
  if (since(version, '2.5.1')) return '2.5';
  if (since(version, '2.2.1')) return '2.2.1';
  if (since(version, '2.2.0')) return '2.2.0';
  return since(version, '2.1.0') ? '2.1' : '2.0';
}

/** The services that a release has, in the order in which its script treats `all`. */
export function servicesOf(version: Release): readonly SimulatedService[] {
  if (since(version, '3.0.0')) return ['nodemanager', 'clustermanager', 'dashboard'];
  return ['clustermanager', 'nodemanager', 'rollsite'];
}

/** EggRoll's own jars, without the libraries it depends on. */
export function ownJars(version: Release): readonly string[] {
  const names = since(version, '3.0.0')
    ? ['core', 'cluster_manager', 'node_manager', 'cluster_dashboard']
    : ['eggroll-core', 'eggroll-roll-pair', 'eggroll-roll-site'];
  return names.map((name) => `${name}-${version}.jar`);
}

/** Text of python/eggroll/__init__.py: empty before 2.2.0, without a last line end before 2.4.7. */
export function versionText(version: Release): string {
  if (!since(version, '2.2.0')) return '';
  const line = `# Stand-in for a licence comment.\n\n__version__ = "${version}"`;
  if (!since(version, '2.4.7')) return line;
  if (!since(version, '3.1.0')) return `${line}\n`;
  return `${line}\nimport os\n\nif os.environ.get('SIMULATED_BACKPORT'):\n    import backport\n`;
}

/** A file of the package and when it was in it. `mode` is 0644 when absent. */
interface FileFact {
  readonly path: string;
  readonly from?: Release;
  readonly end?: Release;
  readonly mode?: (version: Release) => number;
}

const bootMode = (version: Release) => (version === '2.1.0' ? 0o755 : 0o644);
const executable = () => 0o755;

const fileFacts: readonly FileFact[] = [
  { path: 'bin/eggroll.sh' },
  { path: 'bin/eggroll_boot.sh', mode: bootMode },
  { path: 'bin/eggroll_boot.bat', end: '3.0.0' },
  { path: 'bin/eggroll_boot_standalone.sh', end: '3.0.0', mode: bootMode },
  { path: 'bin/eggroll_boot.py', from: '2.2.0' },
  { path: 'bin/eggroll_boot_standalone.py', from: '2.2.0', end: '3.0.0' },
  { path: 'bin/roll_pair/egg_pair_bootstrap.sh' },
  { path: 'bin/roll_pair/roll_pair_master_bootstrap.sh', end: '2.1.0' },
  { path: 'bin/roll_pair/egg_pair_bootstrap.py', from: '2.2.0' },
  { path: 'bin/roll_frame/egg_frame_bootstrap.sh', from: '2.1.0', end: '3.0.0' },
  { path: 'bin/connect_to_h2.sh', from: '2.2.0', end: '3.0.0' },
  { path: 'bin/iperf3-client.sh', from: '2.2.0', end: '3.0.0' },
  { path: 'bin/iperf3-server.sh', from: '2.2.0', end: '3.0.0' },
  { path: 'bin/debug/env check.sh', from: '2.2.0', end: '3.0.0' },
  { path: 'bin/debug/脚本使用说明.md', from: '2.2.0', end: '3.0.0' },
  { path: 'bin/gpu/nvidia.sh', from: '2.5.3', mode: executable },
  { path: 'conf/eggroll.properties' },
  { path: 'conf/create-eggroll-meta-tables.sql' },
  { path: 'conf/route_table.json', end: '3.0.0' },
  { path: 'conf/log4j2.properties', end: '3.0.0' },
  { path: 'conf/log4j2.xml', from: '3.0.0' },
  { path: 'conf/applicationContext-proxy.xml', end: '3.0.0' },
  { path: 'conf/node-extend-env.properties', from: '2.5.3' },
  { path: 'conf/2.5.x_To_3.0.0_DDL.sql', from: '3.0.0' },
  { path: 'deploy/auto-packaging.sh' },
  { path: 'deploy/auto-packaging.bat', from: '3.0.0' },
  { path: 'deploy/conf.sh', end: '3.0.0' },
  { path: 'deploy/deploy.sh', end: '3.0.0' },
  { path: 'deploy/init.sh', end: '2.2.0' },
  { path: 'deploy/init_env.sh', from: '2.2.0', end: '3.0.0' },
  { path: 'deploy/upgrade_helper.py', from: '2.2.1' },
  { path: 'deploy/EggRoll 部署说明.md', end: '3.0.0' },
  { path: 'deploy/EggRoll deployment guide.md', end: '3.0.0' },
  { path: 'python/eggroll/__init__.py' },
  { path: 'python/eggroll/core/__init__.py' },
  { path: 'python/eggroll/core/session.py' },
  { path: 'python/eggroll/core/conf_keys.py' },
  { path: 'python/eggroll/core/pickle_whitelist.py', from: '2.4.7' },
  { path: 'python/eggroll/roll_pair/__init__.py', end: '3.0.0' },
  { path: 'python/eggroll/roll_pair/egg_pair.py', end: '3.0.0' },
  { path: 'python/eggroll/roll_pair/roll_pair.py', end: '3.0.0' },
  { path: 'python/eggroll/roll_pair/test/test roll pair.py', end: '3.0.0' },
  { path: 'python/eggroll/roll_site/roll_site.py', end: '3.0.0' },
  { path: 'python/eggroll/computing/__init__.py', from: '3.0.0' },
  { path: 'python/eggroll/computing/egg_pair/egg_pair.py', from: '3.0.0' },
  { path: 'python/eggroll/deepspeed/submit.py', from: '2.5.1' },
];

/** conf/whitelist.json came with 2.4.7, was left out of 3.0.0 and came back with 3.1.0. */
function hasWhitelist(version: Release): boolean {
  return between(version, '2.4.7', '3.0.0') || since(version, '3.1.0');
}

export interface PackagedFile {
  readonly path: string;
  readonly mode: number;
}

/** Every file of a package but the jars, with its permission bits. */
export function packagedFiles(version: Release): readonly PackagedFile[] {
  const files = fileFacts
    .filter((fact) => since(version, fact.from ?? releases[0]) && !(fact.end && since(version, fact.end)))
    .map((fact) => ({ path: fact.path, mode: fact.mode?.(version) ?? 0o644 }));
  return hasWhitelist(version) ? [...files, { path: 'conf/whitelist.json', mode: 0o644 }] : files;
}
