import { describe, expect, it } from 'vitest';
import { classesGone } from '../../../src/eggroll/own-script.ts';
import { serviceScript } from '../../../src/rehearsal/service-script.ts';

const all = ['clustermanager', 'nodemanager', 'rollsite'] as const;

describe('classesGone', () => {
  it.each([
    ['2.0.2', '2.2.1', ['rollsite.Proxy']],
    ['2.0.2', '2.1.0', []],
    ['2.2.1', '2.5.3', []],
    ['2.5.3', '3.2.0', ['ClusterManagerBootstrap', 'NodeManagerBootstrap']],
    ['2.0.0', '3.0.0', ['ClusterManagerBootstrap', 'NodeManagerBootstrap']],
    ['3.0.0', '3.2.0', []],
  ] as const)('tells what a copy of the script of %s starts that %s has not', (from, to, gone) => {
    expect(classesGone(serviceScript(from), all, to)).toEqual(gone);
  });

  it('asks for the modules that run alone', () => {
    expect(classesGone(serviceScript('2.0.2'), ['nodemanager'], '2.2.1')).toEqual([]);
  });

  it('has nothing against a script that calls eggroll.sh', () => {
    expect(classesGone('cd $(dirname $0)/..; exec bash bin/eggroll.sh "$@"', all, '3.2.0')).toEqual([]);
  });
});
