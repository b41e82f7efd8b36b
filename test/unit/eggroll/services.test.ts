import { describe, expect, it } from 'vitest';
import { readProperties } from '../../../src/eggroll/properties.ts';
import {
  classifyProcess,
  mainClasses,
  modulesOf,
  portsOf,
  startOrder,
  stopOrder,
} from '../../../src/eggroll/services.ts';

const home = '/data/projects/fate/eggroll';
const java2 = (type: string, at = home) =>
  `java -Dlog4j.configurationFile=${at}/conf/log4j2.properties -cp ${at}/lib/*: com.webank.eggroll.core.Bootstrap --bootstraps ${type} -c ${at}/conf/eggroll.properties -p 4670 -s eggroll-host`;
const manager = 'com.webank.eggroll.core.resourcemanager.ClusterManagerBootstrap';
const relative = (type: string) =>
  `java -cp conf/:lib/* com.webank.eggroll.core.Bootstrap --bootstraps ${type} -c conf/eggroll.properties -p 4670 -s x`;

describe('classifyProcess', () => {
  it.each([
    [java2(manager), '/', 'clustermanager'],
    [java2('com.webank.eggroll.core.resourcemanager.NodeManagerBootstrap'), '/', 'nodemanager'],
    [java2('com.webank.eggroll.rollsite.EggSiteBootstrap'), '/', 'rollsite'],
    [`/opt/jdk 8/../bin/java`, home, undefined],
    [
      `/usr/lib/jvm/bin/java -cp ${home}/lib/*: com.webank.eggroll.rollsite.Proxy -c ${home}/conf/eggroll.properties`,
      '/',
      'rollsite',
    ],
    [relative(manager), home, 'clustermanager'],
    [relative(manager), '/data/projects/other/eggroll', undefined],
    [java2(manager, '/data/projects/fate/eggroll2'), home, undefined],
    [java2(manager, '/old/data/projects/fate/eggroll'), '/', undefined],
    [
      `java -server -Dmodule=nodemanager -cp ${home}/lib/*: org.fedai.eggroll.nodemanager.Bootstrap -p 4671 -s T`,
      '/',
      'nodemanager',
    ],
    [`java -server -cp ${home}/lib/*: org.fedai.eggroll.webapp.JettyServer -p 8083 -s T`, '/', 'dashboard'],
    [
      `python ${home}/python/eggroll/roll_pair/egg_pair.py --config ${home}/conf/eggroll.properties --session-id s`,
      '/',
      'worker',
    ],
    ['python3.8 python/eggroll/roll_pair/egg_pair.py --session-id s', home, 'worker'],
    ['python python/eggroll/roll_pair/egg_pair.py --session-id s', '/elsewhere', undefined],
    [`bash ${home}/bin/roll_pair/egg_pair_bootstrap.sh -s x`, '/', 'worker'],
    [`java -cp ${home}/lib/*: com.webank.eggroll.rollpair.RollPairMasterBootstrap --config x`, '/', 'worker'],
    [`grep ${manager} ${home}/logs`, home, undefined],
    [`vi ${home}/python/eggroll/roll_pair/egg_pair.py`, home, undefined],
    [`java -jar ${home}/other.jar`, home, undefined],
    [`tail -f ${home}/logs/eggroll/bootstrap.clustermanager.out`, home, undefined],
    ['', home, undefined],
  ])('takes %s in %s for %s', (commandLine, cwd, expected) => {
    expect(classifyProcess(commandLine, cwd, [home])).toBe(expected);
  });

  it('knows a home by each of its names: a link, and the folder that it leads to', () => {
    const names = ['/data/eggroll', '/data/eggroll-2.0.2'];
    for (const name of names) {
      expect(classifyProcess(`java -cp ${name}/lib/*: ${manager}`, '/', names)).toBe('clustermanager');
      expect(classifyProcess(`java -cp lib/* ${manager} -c conf/eggroll.properties`, name, names)).toBe(
        'clustermanager',
      );
    }
    expect(classifyProcess(`java -cp lib/* ${manager} -c conf/x`, '/data/eggroll-2.2.1', names)).toBeUndefined();
  });

  it('does not mind a slash at the end of the home', () => {
    expect(classifyProcess(java2(manager), '/', [`${home}/`])).toBe('clustermanager');
  });
});

describe('order', () => {
  it('stops the ClusterManager first in 2.x and the NodeManager first in 3.x', () => {
    expect(stopOrder('2.0')).toEqual(['clustermanager', 'nodemanager', 'rollsite']);
    expect(stopOrder('3')).toEqual(['nodemanager', 'clustermanager', 'dashboard']);
    expect(startOrder('3')).toEqual(['clustermanager', 'nodemanager', 'dashboard']);
  });

  it('has a launch class for every module of a generation', () => {
    for (const generation of ['2.0', '2.2', '2.5', '3'] as const) {
      expect(Object.keys(mainClasses[generation]).toSorted()).toEqual([...modulesOf(generation)].toSorted());
    }
  });
});

describe('portsOf', () => {
  it('reads the ports that are there', () => {
    const text =
      '[eggroll]\neggroll.resourcemanager.clustermanager.port=4670\neggroll.resourcemanager.nodemanager.port= 4671 \neggroll.rollsite.port=x\neggroll.dashboard.server.port=70000\n';
    expect(portsOf(readProperties(text))).toEqual({ clustermanager: 4670, nodemanager: 4671 });
  });
});
