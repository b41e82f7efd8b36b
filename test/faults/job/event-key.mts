// What a line of the job's output is about, in words that are the same in every run of the same kind: no run or process id, no
// times, no counts. Used by the tests and, inside the job's container, by kill.mts.

type Line = Readonly<Record<string, unknown>>;

const tellingFields: Readonly<Record<string, readonly string[]>> = {
  'run-started': ['command'],
  'run-adopted': [],
  'step-started': ['step', 'title'],
  'step-finished': ['step', 'title', 'outcome'],
  'node-done': ['step', 'host'],
  service: ['host', 'service', 'state'],
  database: ['step', 'message'],
  change: ['phase', 'where', 'what'],
  'downtime-started': [],
  'downtime-ended': [],
};

/** `type | field | field …`; undefined for lines that mark no point of a run (progress, warnings, the result). */
export function keyOf(line: Line): string | undefined {
  const type = String(line['type']);
  const fields = tellingFields[type];
  if (!fields) return undefined;
  return [type, ...fields.map((field) => steady(field, String(line[field])))].join(' | ');
}

function steady(field: string, text: string): string {
  const named = text.replaceAll(/\d{8}-[0-9a-f]{6}/g, 'RUN').replaceAll(/\d+\.\d+\.[0-9a-f-]{36}/g, 'PROCESS');
  return field === 'message' ? named.replaceAll(/\d+/g, '#') : named;
}

/** Whether a key is the wanted one; a wanted one that ends in `…` is the beginning of it. */
export function isWanted(key: string | undefined, wanted: string): boolean {
  if (key === undefined) return false;
  return key === wanted || (wanted.endsWith('…') && key.startsWith(wanted.slice(0, -1)));
}
