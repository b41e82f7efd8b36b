// Tar archives made byte by byte, so that they can hold what no tar program would write.

import { gzipSync } from 'node:zlib';

export interface TarPiece {
  /** One character per byte (latin1), up to 100 of them go into the header. */
  readonly name: string;
  /** Type flag: `0` file, `1` link, `2` symlink, `5` directory, `x` PAX header, `L` long name, … */
  readonly type?: string;
  readonly content?: Buffer;
  readonly linkName?: string;
  /** Fields as they stand in the header; by default right ones. */
  readonly size?: Buffer;
  readonly mode?: string;
  readonly time?: Buffer;
  readonly prefix?: string;
  readonly magic?: string;
  readonly isChecksumWrong?: boolean;
}

const block = 512;

/** The archive, closed by two empty blocks. */
export function tarOf(pieces: readonly TarPiece[]): Buffer {
  return Buffer.concat([
    ...pieces.flatMap((piece) => [headerOf(piece), padded(piece.content)]),
    Buffer.alloc(2 * block),
  ]);
}

export function gzipped(bytes: Buffer): Buffer {
  return gzipSync(bytes, { level: 1 });
}

/** The pieces of an entry whose name or other facts stand in a PAX header before it. */
export function withPax(records: readonly string[], piece: TarPiece): TarPiece[] {
  return [{ name: 'PaxHeaders/x', type: 'x', content: Buffer.concat(records.map(paxRecord)) }, piece];
}

/** The pieces of an entry with a GNU long name (`L`) or long link text (`K`). */
export function withLongName(type: 'L' | 'K', text: string, piece: TarPiece): TarPiece[] {
  return [{ name: '././@LongLink', type, content: Buffer.from(`${text}\0`, 'latin1') }, piece];
}

/** A number as GNU tar writes one that does not fit: binary, 12 bytes. */
export function binaryNumber(first: number, last: number): Buffer {
  const field = Buffer.alloc(12, last);
  field[0] = first;
  return field;
}

export function octal(value: number): Buffer {
  return Buffer.from(`${value.toString(8).padStart(11, '0')}\0`);
}

function paxRecord(text: string): Buffer {
  const body = Buffer.byteLength(text) + 2;
  let length = body + String(body).length;
  if (String(length).length > String(body).length) length += 1;
  return Buffer.from(`${length} ${text}\n`);
}

function headerOf(piece: TarPiece): Buffer {
  const { name, type = '0', content, linkName = '', mode = '0000644', prefix = '', magic = 'ustar\x0000' } = piece;
  const header = Buffer.alloc(block);
  header.write(name.slice(0, 100), 0, 'latin1');
  header.write(mode.slice(0, 8), 100, 'latin1');
  header.write('0001750\x000001750\0', 108, 'latin1');
  (piece.size ?? octal(content?.length ?? 0)).copy(header, 124, 0, 12);
  (piece.time ?? octal(1_600_000_000)).copy(header, 136, 0, 12);
  header.write(type.slice(0, 1), 156, 'latin1');
  header.write(linkName.slice(0, 100), 157, 'latin1');
  header.write(magic.slice(0, 8), 257, 'latin1');
  header.write(prefix.slice(0, 155), 345, 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0) + (piece.isChecksumWrong ? 1 : 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

function padded(content: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([content, Buffer.alloc((block - (content.length % block)) % block)]);
}
