// Ed25519 (RFC 8032) as signatures of packages need it. Node.js verifies; what it does not look at is whether a key is worth anything.

import { createPublicKey, verify } from 'node:crypto';

export const keyBytes = 32;
export const signatureBytes = 64;

/** Whether `signature` is the one of that very message by the key's owner. `key` is one without a `weakness`. */
export function isSignedBy(key: Buffer, message: Buffer, signature: Buffer): boolean {
  // OpenSSL, below, refuses a second form of a signature (S not below the order of the group).
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: key.toString('base64url') },
    format: 'jwk',
  });
  return verify(null, message, publicKey, signature);
}

const prime = 2n ** 255n - 19n;
// The curve is -x² + y² = 1 + d·x²·y² with d = -121665/121666; everything below is multiplied by the denominator.
const [dAbove, dBelow] = [-121665n, 121666n];

/**
 * Why a key is none that a signature could be trusted by; undefined for a sound one. With a point of low order as the key, signatures
 * can be made by anybody, for any message; older OpenSSL takes them.
 */
export function weaknessOf(key: Buffer): string | undefined {
  const y = BigInt(`0x${Buffer.from(key).reverse().toString('hex')}`) & (2n ** 255n - 1n);
  if (y >= prime) return 'is not written as a key of Ed25519 is';
  const ySquare = modulo(y * y);
  // Of order 1 and 2 where y is 1 or -1, of order 4 where y is 0; of order 8 where doubling leads to one of order 4.
  const isEighth = modulo(dAbove * ySquare * ySquare + 2n * dBelow * ySquare - dBelow) === 0n;
  if (y === 0n || ySquare === 1n || isEighth) return 'is a point of low order, for which anybody can make signatures';
  // x² = (y² - 1) / (d·y² + 1): there is a point only where that is a square.
  const numerator = modulo((ySquare - 1n) * dBelow);
  const denominator = modulo(dAbove * ySquare + dBelow);
  const isSquare = power(modulo(numerator * denominator), (prime - 1n) / 2n) === 1n;
  return isSquare ? undefined : 'is no point of the curve Ed25519';
}

function modulo(value: bigint): bigint {
  const rest = value % prime;
  return rest < 0n ? rest + prime : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, base];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = modulo(result * square);
    square = modulo(square * square);
  }
  return result;
}
