// A file as a disk may spoil it: cut anywhere, any bit flipped.

/** The file without its last bytes, from nothing to all but one. */
export function everyCut(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length }, (_, length) => bytes.subarray(0, length));
}

/** The file with one bit flipped, for every bit; and with each byte gone to 0 and to 255. */
export function* everyFlip(bytes: Buffer): Generator<Buffer> {
  for (const [at, byte] of bytes.entries()) {
    const others = [0, 255, ...Array.from({ length: 8 }, (_, bit) => byte ^ (1 << bit))];
    for (const other of others) {
      if (other === byte) continue;
      const flipped = Buffer.from(bytes);
      flipped[at] = other;
      yield flipped;
    }
  }
}
