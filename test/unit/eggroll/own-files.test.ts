import { describe, expect, it } from 'vitest';
import { isSiteBinFile } from '../../../src/eggroll/own-files.ts';

describe('isSiteBinFile', () => {
  it.each([
    'bin/fate-eggroll.sh',
    'bin/json-replace.sh',
    'bin/tools/x',
    'bin/eggroll.sh.bak',
    'bin/my-eggroll_boot.sh',
  ])('takes %s for a file of the site', (path) => {
    expect(isSiteBinFile(path)).toBe(true);
  });

  it.each([
    'bin',
    'bin/eggroll.sh',
    'bin/eggroll_boot.bat',
    'bin/eggroll_boot_egg_pair.py',
    'bin/gpu/nvidia.sh',
    'bin/roll_pair',
    'bin/debug/a b 文.sh',
    'bin/connect_to_h2.sh',
    'bin/iperf3-3.1.7',
    'bin/rollsite_pid',
    'conf/x',
  ])('takes %s for none', (path) => {
    expect(isSiteBinFile(path)).toBe(false);
  });
});
