// Markdown tables, and figures as people read them.

/** Nothing when there are no rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const row = (cells: readonly string[]) => `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return `${row(head)}|${'---|'.repeat(head.length)}\n${rows.map(row).join('')}`;
}

export const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
export const milliseconds = (ms: number) => `${ms.toFixed(0)} ms`;
export const timesText = (value: number | undefined) => value?.toFixed(2) ?? '';

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(Math.abs(bytes) < 1e7 ? 1 : 0)} MB`;
}
