// Set-up of the projects from end to end: when a case fails, what there is of its jobs and clusters is kept, and its message ends with
// where that is.

import { join, relative } from 'node:path';
import { afterEach, type RunnerTestCase } from 'vitest';
import { keepEvidence } from './evidence.ts';

const root = process.env['EVIDENCE_DIR'] ?? join(import.meta.dirname, '..', '..', '.cache', 'test');

afterEach(async ({ task }) => {
  const { result } = task;
  if (result?.state !== 'fail') return;
  const folder = join(root, nameOf(task));
  const isKept = await keepEvidence(folder, result.startTime ?? 0);
  if (!isKept) return;
  for (const error of result.errors ?? []) {
    const message = `${error.message}\n\nOutput of its jobs, logs of nodes and database: ${relative('', folder)}`;
    // The report shows the stack, which begins with the message.
    if (error.stack !== undefined) error.stack = error.stack.replace(error.message, () => message);
    error.message = message;
  }
});

/** `upgrade-failures, cleans up when a disk runs full`, as the name of a folder. */
function nameOf({ file, name }: RunnerTestCase): string {
  const place = file.name.replace(/^test\/(?:integration\/)?/, '').replace(/\.test\.ts$/, '');
  return `${place}-${name}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 100);
}
