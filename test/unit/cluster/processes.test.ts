import { describe, expect, it } from 'vitest';
import { parseActivity } from '../../../src/cluster/processes.ts';

describe('parseActivity', () => {
  it('reads processes and ports', () => {
    const text =
      'home\t/data/real home\n12\t/data/eggroll\tjava -cp lib/* x.Bootstrap \tstale\t12.7.boot\t7\n13\t?\tpython egg_pair.py \tcurrent\t13.8.boot\t?\n14\t/\tx\n\n1240\n2484\n';
    expect(parseActivity(text)).toEqual({
      realHome: '/data/real home',
      processes: [
        {
          pid: 12,
          workingFolder: '/data/eggroll',
          commandLine: 'java -cp lib/* x.Bootstrap',
          stale: true,
          identity: '12.7.boot',
          supervisor: 7,
        },
        {
          pid: 13,
          workingFolder: '?',
          commandLine: 'python egg_pair.py',
          stale: false,
          identity: '13.8.boot',
          supervisor: undefined,
        },
        { pid: 14, workingFolder: '/', commandLine: 'x', stale: false, identity: '', supervisor: undefined },
      ],
      listeningPorts: new Set([4672, 9348]),
    });
  });

  it('reads ports alone, processes alone, and nothing', () => {
    expect(parseActivity('\n0016\n')).toEqual({ realHome: '', processes: [], listeningPorts: new Set([22]) });
    expect(parseActivity('12\t/\tx\n\n').processes).toHaveLength(1);
    expect(parseActivity('\n')).toEqual({ realHome: '', processes: [], listeningPorts: new Set() });
    expect(parseActivity('')).toEqual({ realHome: '', processes: [], listeningPorts: new Set() });
  });

  it('leaves out lines that are none', () => {
    expect(parseActivity('self\t/\tx\n-1\t/\tx\n\n').processes).toEqual([]);
  });
});
