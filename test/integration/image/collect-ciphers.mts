// Runs in the job's image: makes ciphers of ssh2's native part and lets them go, as connections do that end, until many were collected.

import { createRequire } from 'node:module';
import { keepNativeCiphers } from '../../../src/cluster/native-ciphers.ts';

type Cipher = new (name: string, key: Buffer, iv: Buffer) => { free(): void };

const load = createRequire('/app/');
keepNativeCiphers(load);
const binding = load('ssh2/lib/protocol/crypto/build/Release/sshcrypto.node') as Record<string, Cipher>;
const [key, iv] = [Buffer.alloc(16), Buffer.alloc(12)];
const rounds = 100;

function round(left: number): void {
  for (const name of ['AESGCMCipher', 'AESGCMDecipher']) {
    const Class = binding[name];
    if (!Class) throw new Error(`ssh2 has no ${name}.`);
    for (let count = 0; count < 1000; count += 1) new Class('aes-128-gcm', key, iv).free();
  }
  // What is collected on the way, and not when it is asked for, is collected while nothing runs.
  Array.from({ length: 100_000 }, (_, index) => ({ index }));
  if (left > 0) setTimeout(() => round(left - 1), 1);
  else process.stdout.write('all are gone or kept\n');
}

round(rounds);
