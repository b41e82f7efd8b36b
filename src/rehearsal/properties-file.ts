// conf/eggroll.properties of every release: a table of keys, each with the values it had and since when (EGGROLL.md section 3).

import { type Release, since } from './releases.ts';

/** From a release on, the shipped value of a key; undefined: the key is gone. */
type History = readonly (readonly [from: Release, value: string | undefined])[];

interface Section {
  readonly title: string;
  readonly keys: Readonly<Record<string, History>>;
}

const manager = 'eggroll.resourcemanager';
const h2Url = 'jdbc:h2:./data/meta_h2/eggroll_meta.h2;AUTO_SERVER=TRUE;MODE=MySQL;SCHEMA=eggroll_meta;';
const mysqlUrl = (zone: string) =>
  `jdbc:mysql://localhost:3306/eggroll_meta?useSSL=false&serverTimezone=${zone}&characterEncoding=utf8`;

const always = (value: string): History => [['2.0.0', value]];
const until = (end: Release, value: string): History => [
  ['2.0.0', value],
  [end, undefined],
];
const from = (start: Release, value: string, end?: Release): History =>
  end
    ? [
        [start, value],
        [end, undefined],
      ]
    : [[start, value]];

const sections: readonly Section[] = [
  {
    title: 'where the metadata lives',
    keys: {
      [`${manager}.clustermanager.jdbc.driver.class.name`]: [
        ['2.0.0', 'org.h2.Driver'],
        ['2.5.1', 'com.mysql.cj.jdbc.Driver'],
      ],
      [`${manager}.clustermanager.jdbc.url`]: [
        ['2.0.0', h2Url],
        ['2.5.1', mysqlUrl('Asia/Shanghai')],
      ],
      [`${manager}.clustermanager.jdbc.username`]: always(''),
      [`${manager}.clustermanager.jdbc.password`]: always(''),
    },
  },
  {
    title: 'folders; relative ones start at the home',
    keys: {
      'eggroll.data.dir': [
        ['2.0.0', 'data/'],
        ['3.0.0', '/data/projects/data/fate/eggroll/'],
      ],
      'eggroll.logs.dir': [
        ['2.0.0', 'logs/'],
        ['3.0.0', '/data/logs/fate/eggroll/'],
      ],
    },
  },
  {
    title: 'cluster',
    keys: {
      [`${manager}.clustermanager.host`]: always('127.0.0.1'),
      [`${manager}.clustermanager.port`]: always('4670'),
      [`${manager}.nodemanager.host`]: from('3.0.0', '127.0.0.1'),
      [`${manager}.nodemanager.port`]: [
        ['2.0.0', '4670'],
        ['2.5.1', '4671'],
      ],
      [`${manager}.nodemanager.net.device`]: from('3.0.0', 'eth0'),
      [`${manager}.nodemanager.gpu.num.shell`]: from('3.0.0', 'nvidia.sh'),
      [`${manager}.process.tag`]: always('EGGROLL_DAEMON'),
    },
  },
  {
    title: 'how workers are started',
    keys: {
      'eggroll.bootstrap.root.script': always('bin/eggroll_boot.sh'),
      [`${manager}.bootstrap.egg_pair.exepath`]: always('bin/roll_pair/egg_pair_bootstrap.sh'),
      [`${manager}.bootstrap.egg_pair.venv`]: always(''),
      [`${manager}.bootstrap.egg_pair.pythonpath`]: always('python'),
      [`${manager}.bootstrap.egg_pair.filepath`]: [
        ['2.0.0', 'python/eggroll/roll_pair/egg_pair.py'],
        ['3.0.0', 'python/eggroll/computing/egg_pair/egg_pair.py'],
      ],
      [`${manager}.bootstrap.egg_pair.ld_library_path`]: from('2.1.0', ''),
      [`${manager}.bootstrap.roll_pair_master.exepath`]: until('2.1.0', 'bin/roll_pair/roll_pair_master_bootstrap.sh'),
      [`${manager}.bootstrap.roll_pair_master.javahome`]: until('2.1.0', ''),
      [`${manager}.bootstrap.roll_pair_master.classpath`]: until('2.1.0', 'conf/:lib/*'),
      [`${manager}.bootstrap.roll_pair_master.mainclass`]: until(
        '2.1.0',
        'com.webank.eggroll.rollpair.RollPairMasterBootstrap',
      ),
      [`${manager}.bootstrap.roll_pair_master.jvm.options`]: until('2.1.0', ''),
      [`${manager}.bootstrap.egg_frame.exepath`]: from('2.1.0', 'bin/roll_frame/egg_frame_bootstrap.sh', '3.0.0'),
      [`${manager}.bootstrap.egg_frame.javahome`]: from('2.1.0', '', '3.0.0'),
      [`${manager}.bootstrap.egg_frame.classpath`]: from('2.1.0', 'conf/:lib/*', '3.0.0'),
      [`${manager}.bootstrap.egg_frame.mainclass`]: from(
        '2.1.0',
        'com.webank.eggroll.rollframe.EggFrameBootstrap',
        '3.0.0',
      ),
      [`${manager}.bootstrap.egg_frame.jvm.options`]: from('2.1.0', '', '3.0.0'),
      'arrow.enable_unsafe_memory_access': from('2.1.0', 'true', '3.0.0'),
    },
  },
  {
    title: 'sessions',
    keys: {
      'eggroll.session.processors.per.node': from('2.0.1', '4'),
      'eggroll.session.start.timeout.ms': from('2.0.1', '180000', '3.0.0'),
      'eggroll.rollpair.transferpair.sendbuf.size': [
        ['2.0.1', '4150000'],
        ['2.2.0', '250000'],
        ['3.0.0', undefined],
      ],
    },
  },
  {
    title: 'the way to other parties',
    keys: {
      'eggroll.rollsite.coordinator': until('3.0.0', 'webank'),
      'eggroll.rollsite.host': until('3.0.0', '127.0.0.1'),
      'eggroll.rollsite.port': until('3.0.0', '9370'),
      'eggroll.rollsite.party.id': until('3.0.0', '10001'),
      'eggroll.rollsite.route.table.path': until('3.0.0', 'conf/route_table.json'),
      'eggroll.rollsite.route.table.key': from('2.2.0', '', '3.0.0'),
      'eggroll.rollsite.route.table.whitelist': from('2.2.0', '127.0.0.1', '3.0.0'),
      'eggroll.rollsite.jvm.options': from('2.2.0', '-XX:+UseG1GC -Xloggc:logs/eggroll/rollsite.gc.log', '3.0.0'),
      'eggroll.rollsite.push.max.retry': from('2.2.1', '3', '3.0.0'),
      'eggroll.rollsite.push.long.retry': from('2.2.1', '2', '3.0.0'),
      'eggroll.rollsite.push.batches.per.stream': from('2.2.1', '10', '3.0.0'),
      'eggroll.rollsite.adapter.sendbuf.size': [
        ['2.0.1', '1048576'],
        ['2.2.1', '100000'],
        ['3.0.0', undefined],
      ],
      'eggroll.core.grpc.channel.keepalive.timeout.sec': from('2.2.1', '20', '3.0.0'),
    },
  },
  {
    title: 'file systems',
    keys: {
      'hadoop.fs.defaultFS': from('2.1.0', 'file:///', '3.0.0'),
      'hadoop.dfs.nameservices': from('2.1.0', '', '3.0.0'),
      'hadoop.dfs.namenode.rpc-address.nn1': from('2.1.0', '', '3.0.0'),
      'hadoop.dfs.namenode.rpc-address.nn2': from('2.1.0', '', '3.0.0'),
    },
  },
  {
    title: 'dashboard',
    keys: {
      'eggroll.dashboard.server.port': from('3.0.0', '8083'),
      'eggroll.security.session.expired.time': from('3.0.0', '30'),
      'eggroll.security.login.username': from('3.0.0', 'admin'),
      'eggroll.security.login.password': from('3.0.0', 'admin'),
      'eggroll.security.encrypt.private_key': from('3.0.0', ''),
      'eggroll.security.encrypt.enable': from('3.0.0', 'false'),
    },
  },
  {
    title: 'deepspeed',
    keys: { 'eggroll.container.deepspeed.distributed.backend': from('2.5.1', 'nccl') },
  },
];

/** The shipped keys of a release with their values, in file order. */
export function shippedKeys(version: Release): ReadonlyMap<string, string> {
  return new Map(sections.flatMap((section) => keysOf(section, version)));
}

function keysOf(section: Section, version: Release): (readonly [string, string])[] {
  return Object.entries(section.keys).flatMap(([key, history]) => {
    const value = history.findLast(([start]) => since(version, start))?.[1];
    return value === undefined ? [] : [[key, value] as const];
  });
}

/** The shipped file: a section line for Python's configparser, comments, one blank line between sections. */
export function shippedProperties(version: Release): string {
  const parts = sections.flatMap((section) => {
    const lines = keysOf(section, version).map(([key, value]) => `${key}=${value}`);
    return lines.length === 0 ? [] : [`# ${section.title}\n${lines.join('\n')}\n`];
  });
  const comment = since(version, '2.5.1') && !since(version, '3.0.0') ? [commentedDeepspeed] : [];
  return `# Settings of the simulated EggRoll.\n\n[eggroll]\n${[...parts, ...comment].join('\n')}`;
}

const commentedDeepspeed = '#eggroll.container.deepspeed.script.path=\n#eggroll.container.python.exec=\n';
