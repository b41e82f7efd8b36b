// lib/ of a simulated package: EggRoll's own jars and libraries around them, all of reproducible noise that does not compress.

import { createCipheriv, createHash } from 'node:crypto';
import { ownJars, type Release } from './releases.ts';

export interface LibraryOptions {
  /** Jars beside EggRoll's own; 12 when absent. */
  readonly libraries?: number;
  /** Size of lib/ as a whole; 240 kB when absent. */
  readonly libBytes?: number;
}

export interface LibraryFile {
  readonly path: string;
  readonly content: Buffer;
}

const names = ['guava', 'grpc-core', 'netty-all', 'protobuf-java', 'log4j-core', 'commons-lang3', 'mybatis', 'lmdbjni'];

/**
 * The jars of a release. Of the libraries, a third is the same in every release, a third keeps its name and changes
 * its content, and a third has the release in its name.
 */
export function libraryFiles(version: Release, options: LibraryOptions = {}): readonly LibraryFile[] {
  const own = ownJars(version);
  const count = options.libraries ?? 12;
  const sizeBytes = Math.max(64, Math.floor((options.libBytes ?? 240_000) / (own.length + count)));
  const ownFiles = own.map((name) => jar(name, name, sizeBytes));
  const others = Array.from({ length: count }, (_, index) => library(index, version, sizeBytes));
  return [...ownFiles, ...others];
}

function library(index: number, version: Release, sizeBytes: number): LibraryFile {
  const name = `${names[index % names.length] ?? 'library'}-${Math.floor(index / names.length) + 1}`;
  if (index % 3 === 0) return jar(`${name}.0.jar`, name, sizeBytes);
  if (index % 3 === 1) return jar(`${name}.1.jar`, `${name} ${version}`, sizeBytes);
  return jar(`${name}.2-for-${version}.jar`, `${name} ${version}`, sizeBytes);
}

function jar(name: string, seed: string, sizeBytes: number): LibraryFile {
  return { path: `lib/${name}`, content: Buffer.concat([jarMagic, noise(seed, sizeBytes - jarMagic.length)]) };
}

const jarMagic = Buffer.from('PK\u0003\u0004', 'latin1');

/** Bytes that only the seed decides. */
export function noise(seed: string, sizeBytes: number): Buffer {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(Math.max(0, sizeBytes)));
}
