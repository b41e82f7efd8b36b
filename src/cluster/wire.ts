// The pieces that SSH messages are made of (RFC 4251, section 5): numbers, and byte strings with their length before them.

/** Reads a message piece by piece. Throws a RangeError where it is cut short. */
export function wireReader(message: Buffer) {
  let at = 0;
  function take(length: number): Buffer {
    if (at + length > message.length) throw new RangeError('The message is cut short.');
    at += length;
    return message.subarray(at - length, at);
  }
  const uint32 = () => take(4).readUInt32BE(0);
  return {
    byte: () => take(1).readUInt8(0),
    uint32,
    string: () => take(uint32()),
    isAtEnd: () => at === message.length,
  };
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Bytes with their length before them. */
export function string(bytes: Buffer | string): Buffer {
  const content = Buffer.from(bytes);
  return Buffer.concat([uint32(content.length), content]);
}

/** A positive number of any size: no leading zeros but one where the first bit is set. */
export function mpint(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const number = first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
  return string((number[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), number]) : number);
}
