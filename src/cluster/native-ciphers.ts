// Keeps the ciphers of ssh2's native part from being collected. With the headers of Node.js 24.21, taking one away while no JavaScript
// is under way ends the process with an assertion (node_object_wrap.h: RemoveEnvironmentCleanupHook finds no environment). What such
// an object holds is given back by its own `free`, which ssh2 calls when a connection ends; a hundred bytes of each stay.

import { createRequire } from 'node:module';

type Method = (this: object, ...args: unknown[]) => unknown;
type Methods = Record<string, Method | undefined>;

const classes = ['AESGCM', 'ChaChaPoly', 'Generic'].flatMap((name) => [`${name}Cipher`, `${name}Decipher`]);
const methods = ['encrypt', 'decrypt', 'free'];
const kept = new Set<object>();
let isDone = false;

/** To be called before the first connection; does nothing where ssh2 has no native part. Later calls do nothing. */
export function keepNativeCiphers(load: (id: string) => unknown = createRequire(import.meta.url)): void {
  if (isDone) return;
  isDone = true;
  let binding: Record<string, { readonly prototype: Methods } | undefined>;
  try {
    binding = load('ssh2/lib/protocol/crypto/build/Release/sshcrypto.node') as typeof binding;
  } catch {
    // `nativeCryptoProblem` tells that.
    return;
  }
  for (const { prototype } of classes.flatMap((name) => binding[name] ?? [])) {
    for (const name of methods) {
      const method = prototype[name];
      if (method) prototype[name] = keeping(method);
    }
  }
}

// ssh2 has the classes already, so what they make is seen at its first use.
function keeping(method: Method): Method {
  return function keep(...args) {
    kept.add(this);
    return method.apply(this, args);
  };
}
