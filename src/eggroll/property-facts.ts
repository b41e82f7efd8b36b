// What is true of single keys of eggroll.properties. Facts: EGGROLL.md section 3.

const bootstrap = 'eggroll.resourcemanager.bootstrap';

const suffixed = (prefix: string, suffixes: readonly string[]) => suffixes.map((suffix) => `${prefix}.${suffix}`);

/** Keys that EggRoll's shell scripts read with an unanchored `grep`: a second line that holds the key breaks the value. */
const keysReadByScripts: readonly string[] = [
  'eggroll.resourcemanager.process.tag',
  ...suffixed('eggroll.resourcemanager.clustermanager', ['host', 'port', 'jvm.options']),
  ...suffixed('eggroll.resourcemanager.nodemanager', ['port', 'jvm.options']),
  'eggroll.rollsite.port',
  'eggroll.rollsite.jvm.options',
  'eggroll.logs.dir',
  ...suffixed(`${bootstrap}.egg_pair`, ['venv', 'pythonpath', 'filepath', 'ld_library_path']),
  'eggroll.dashboard.server.port',
];

// Other characters are in no key that a script reads, and some of them mean something in a pattern.
const mallocKey = /^eggroll\.core\.malloc\.[\w.-]{1,100}$/;

/** The patterns, as `grep` takes them (a dot matches any character), that a line must not match a second time. */
export function scriptPatterns(key: string): RegExp[] {
  const keys = mallocKey.test(key) ? [...keysReadByScripts, key] : keysReadByScripts;
  return keys.map((read) => new RegExp(read));
}

/** The name or address by which a NodeManager makes itself known to its ClusterManager. */
export const ownHostKey = 'eggroll.resourcemanager.nodemanager.host';

/** Keys whose value belongs to one node, as a package's default would make all nodes equal, with what EggRoll does without one. */
export const perNodeKeys: ReadonlyMap<string, string> = new Map([
  [ownHostKey, 'without it, a NodeManager takes the address that it finds by itself'],
  [
    'eggroll.resourcemanager.nodemanager.net.device',
    'it is read only where nodemanager.host is not set, to find an address',
  ],
]);

interface Dropped {
  /** The first version that no longer knows the keys. */
  readonly since: string;
  readonly keys: readonly string[];
}

const launcher = ['exepath', 'javahome', 'classpath', 'mainclass', 'jvm.options'];

/** Keys that a version dropped. Only these are ever commented out: an unknown key is the site's own. */
export const droppedKeys: readonly Dropped[] = [
  { since: '2.1.0', keys: suffixed(`${bootstrap}.roll_pair_master`, launcher) },
  {
    since: '3.0.0',
    keys: [
      ...suffixed('eggroll.rollsite', [
        ...['coordinator', 'host', 'port', 'secure.port', 'party.id', 'jvm.options', 'lan.insecure.channel.enabled'],
        ...['route.table.path', 'route.table.key', 'route.table.whitelist', 'adapter.sendbuf.size'],
        ...['push.max.retry', 'push.long.retry', 'push.batches.per.stream'],
      ]),
      ...suffixed(`${bootstrap}.egg_frame`, launcher),
      'hadoop.fs.defaultFS',
      'hadoop.dfs.nameservices',
      ...suffixed('hadoop.dfs.namenode.rpc-address', ['nn1', 'nn2']),
      'arrow.enable_unsafe_memory_access',
      'eggroll.core.grpc.channel.keepalive.timeout.sec',
      'eggroll.session.start.timeout.ms',
      'eggroll.rollpair.transferpair.sendbuf.size',
    ],
  },
];

interface MovedPath {
  readonly since: string;
  readonly key: string;
  /** The new value for an old one, or undefined when the old one need not change. */
  readonly move: (value: string) => string | undefined;
}

/** Program paths inside EGGROLL_HOME that moved: the old value would name a file that no longer exists. */
export const movedPaths: readonly MovedPath[] = [
  {
    since: '3.0.0',
    key: `${bootstrap}.egg_pair.filepath`,
    move: (value) => {
      const match = /^(.*?)python\/eggroll\/(?!computing\/).*egg_pair\.py$/.exec(value);
      return match ? `${match[1] ?? ''}python/eggroll/computing/egg_pair/egg_pair.py` : undefined;
    },
  },
];
