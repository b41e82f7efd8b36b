// A sha256 as people give it: what sha256sum prints, or with the name of the hash before it, as container images have it.

/** The digest in lower-case hex; nothing when the text is none. */
export function parseSha256(text: string): string | undefined {
  return /^(?:sha256:)?([0-9a-f]{64})$/.exec(text.toLowerCase())?.[1];
}
