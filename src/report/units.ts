// Numbers as people read them.

export function bytesText(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'] as const;
  if (bytes < 999.5) return `${Math.round(bytes)} B`;
  let value = bytes / 1000;
  let unit: (typeof units)[number] = 'kB';
  // A value that would be rounded up to 1000 belongs to the next unit.
  for (const next of units.slice(1)) {
    if (value < 999.95) break;
    value /= 1000;
    unit = next;
  }
  return `${value.toFixed(1)} ${unit}`;
}

/** A duration that is over: `12 ms`, `1.2 s`, `1 min 5 s`. */
export function durationText(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  return secondsText(ms);
}

/** A duration that goes on, in whole seconds: `0 s`, `1 min 5 s`, `2 h 0 min`. */
export function secondsText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
