import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { nativeCryptoProblem } from '../../../src/cluster/native-crypto.ts';

const require = createRequire(import.meta.url);

describe('nativeCryptoProblem', () => {
  it('says the same as ssh2 itself', () => {
    const { bindingAvailable } = require('ssh2/lib/protocol/crypto.js') as { bindingAvailable: boolean };
    expect(nativeCryptoProblem() === undefined).toBe(bindingAvailable);
  });

  it('asks for the file that ssh2 loads, and gives the reason in one line', () => {
    const asked: string[] = [];
    const problem = nativeCryptoProblem((id) => {
      asked.push(id);
      throw new Error('Cannot find module\nRequire stack:\n- here');
    });
    expect(problem).toBe('Cannot find module');
    expect(asked.map((id) => id.split('/').at(-1))).toEqual(['sshcrypto.node']);
  });
});
