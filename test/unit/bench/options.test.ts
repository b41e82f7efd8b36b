import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../bench/options.ts';

describe('the command line of the benchmark', () => {
  it('without options measures a part, with --all everything', () => {
    expect(parseOptions([])).toMatchObject({ nodes: [4, 16], networks: ['none', '1gbit'], runs: 3, scale: [] });
    expect(parseOptions(['--all'])).toMatchObject({
      nodes: [1, 4, 16, 32],
      cases: ['full', 'small', 'nothing'],
      networks: ['none', '1gbit', '200mbit'],
      tools: ['ours', 'rsync', 'rsync-safe', 'tar', 'ansible', 'clush'],
    });
  });

  it('takes lists, and variables for the job', () => {
    const args = [
      '--nodes',
      '1,2',
      '--case',
      'small',
      '--tool',
      'rsync,ours',
      '--env',
      'FANOUT=direct',
      '--env',
      'A=b=c',
    ];
    expect(parseOptions([...args, '--scale', '200', '--package-mb', '2'])).toMatchObject({
      nodes: [1, 2],
      cases: ['small'],
      tools: ['rsync', 'ours'],
      env: { FANOUT: 'direct', A: 'b=c' },
      scale: [200],
      packageMb: 2,
      disk: undefined,
      ownProcessor: false,
    });
    expect(parseOptions(['--disk', '/', '--own-processor'])).toMatchObject({ disk: '/', ownProcessor: true });
  });

  it.each([
    [['--nodes', '0'], '--nodes: 0'],
    [['--nodes', '4,x'], '--nodes: x'],
    [['--case', 'none'], '--case: none'],
    [['--network', '10gbit'], '--network: 10gbit'],
    [['--tool', 'scp'], '--tool: scp'],
    [['--env', 'FANOUT'], '--env: FANOUT'],
    [['--nods', '4'], '--nods'],
    [['--disk', 'relative'], '--disk: relative'],
    [['--disk', '/nowhere/at/all'], '--disk: /nowhere/at/all'],
    [['4'], '4'],
  ])('%j is refused with the option named', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
