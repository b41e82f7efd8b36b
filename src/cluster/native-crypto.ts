// The part of ssh2 that is made for the machine. Where it was not built or cannot be loaded, ssh2 encrypts several times slower, and
// says nothing.

import { createRequire } from 'node:module';

/** Why ssh2 does without its native part; undefined when it has it. */
export function nativeCryptoProblem(
  load: (id: string) => unknown = createRequire(import.meta.url),
): string | undefined {
  try {
    load('ssh2/lib/protocol/crypto/build/Release/sshcrypto.node');
    return undefined;
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return reason;
  }
}
