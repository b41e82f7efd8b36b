import { describe, expect, it } from 'vitest';
import { connectionLimits, keyAlgorithms } from '../../../src/cluster/login.ts';

describe('keyAlgorithms', () => {
  const all = keyAlgorithms([]);

  it('asks for the types on record first, and for all others after them', () => {
    expect(keyAlgorithms(['ecdsa-sha2-nistp256'])[0]).toBe('ecdsa-sha2-nistp256');
    expect([...keyAlgorithms(['ecdsa-sha2-nistp256'])].sort()).toEqual([...all].sort());
  });

  it('uses a known RSA key with the newer signatures', () => {
    expect(keyAlgorithms(['ssh-rsa']).slice(0, 3)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa']);
  });

  it('leaves out types that cannot be used', () => {
    expect(keyAlgorithms(['sk-ssh-ed25519@openssh.com', 'nonsense'])).toEqual(all);
  });
});

describe('connectionLimits', () => {
  it('notice a dead peer within 35 s', () => {
    const { keepAliveMs, keepAliveCount, readyMs } = connectionLimits;
    expect(keepAliveMs * (keepAliveCount + 1)).toBeLessThanOrEqual(35_000);
    expect(readyMs).toBeLessThanOrEqual(35_000);
  });
});
