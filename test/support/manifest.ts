// What remote/manifest.sh and remote/hash.sh print, made by hand.

export interface ManifestLine {
  /** `type mode size mtime`, as find prints them; the inode and the ctime are added here. */
  readonly facts: string;
  readonly path: string;
  readonly target?: string;
  readonly sha256?: string;
}

/** What manifest.sh prints, on a node that has recorded nothing. */
export function listingOutput(lines: readonly ManifestLine[]): Buffer {
  const fields = lines.map(({ facts, path, target = '' }, index) => `${facts} ${index} 1.5\0${path}\0${target}\0`);
  return Buffer.from(`\0${fields.join('')}\0`);
}

/** What hash.sh prints of the files among them. */
export function hashOutput(lines: readonly ManifestLine[]): Buffer {
  const hashes = lines.map(({ path, sha256 }) => (sha256 === undefined ? '' : hashLine(sha256, path)));
  return Buffer.from(`1700000000.5\n${hashes.join('')}`);
}

// sha256sum escapes a backslash and a newline in a name, and marks such a line by a leading backslash.
function hashLine(sha256: string, path: string): string {
  const escaped = path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `${escaped === path ? '' : '\\'}${sha256}  ${escaped}\n`;
}
