// Where the page of a run lies: beside its result.

import { dirname, join } from 'node:path';
import { onDisk, writeWhole } from '../engine/disk.ts';
import type { Result } from '../engine/events.ts';
import { makeFolder } from '../engine/folders.ts';
import { htmlPage, type Page } from './html-page.ts';

/** A `recover` has the run of the `upgrade` that it takes back, whose page stays readable. */
function pageFile({ run, command }: Result & { readonly run: string }, stateDir: string): string {
  return join(stateDir, 'runs', run, command === 'recover' ? 'report-recover.html' : 'report.html');
}

/** Keeps a page under STATE_DIR/runs/<run>/. Gives the name of its file. Throws DISK_FULL, DISK_FAILED. */
export async function keepPage(page: Page, stateDir: string): Promise<string> {
  const file = pageFile(page.result, stateDir);
  await writePage(page, file);
  return file;
}

/** Keeps a page as a file of any name. Throws DISK_FULL, DISK_FAILED. */
export async function writePage(page: Page, file: string): Promise<void> {
  await onDisk(file, () => makeFolder(dirname(file)));
  await writeWhole(file, htmlPage(page));
}
