// The secrets in a file of properties, so that they can be kept out of everything that is printed.

import { readProperties } from '../eggroll/properties.ts';

const secretKey = /(?:password|passwd|pwd|secret|token|private_?key|credential)[^.]*$/i;
const inUrl = /[?&;](?:password|secret|token)=([^&;\s"]+)/gi;

/** Values whose key looks like that of a secret, and passwords in addresses. */
export function secretsIn(properties: string): string[] {
  return [...readProperties(properties)].flatMap(([key, value]) => [
    ...(secretKey.test(key) && value.trim() !== '' ? [value.trim()] : []),
    ...[...value.matchAll(inUrl)].map(([, secret = '']) => secret),
  ]);
}
