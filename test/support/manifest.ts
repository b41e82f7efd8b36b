// What remote/manifest.sh prints, made by hand.

export interface ManifestLine {
  /** `type mode size mtime`, as find prints them. */
  readonly facts: string;
  readonly path: string;
  readonly target?: string;
  readonly sha256?: string;
}

export function manifestOutput(lines: readonly ManifestLine[]): Buffer {
  const fields = lines.map(({ facts, path, target = '' }) => `${facts}\0${path}\0${target}\0`).join('');
  const hashes = lines.map(({ path, sha256 }) => (sha256 === undefined ? '' : hashLine(sha256, path))).join('');
  return Buffer.from(`${fields}\0${hashes}`);
}

// sha256sum escapes a backslash and a newline in a name, and marks such a line by a leading backslash.
function hashLine(sha256: string, path: string): string {
  const escaped = path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `${escaped === path ? '' : '\\'}${sha256}  ${escaped}\n`;
}
