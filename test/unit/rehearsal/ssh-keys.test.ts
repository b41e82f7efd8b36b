import { expect, test } from 'vitest';
import { knownHostsLine, makeSshKey } from '../../../src/rehearsal/ssh-keys.ts';

test('known_hosts lines name the port unless it is 22', () => {
  const key = makeSshKey('someone');
  expect(key.publicLine).toMatch(/^ssh-ed25519 \S+ someone$/);
  expect(knownHostsLine('nm1', 22, key)).toMatch(/^nm1 ssh-ed25519 \S+\n$/);
  expect(knownHostsLine('localhost', 2222, key)).toMatch(/^\[localhost\]:2222 ssh-ed25519 \S+\n$/);
});
