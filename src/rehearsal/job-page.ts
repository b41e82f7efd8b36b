// The report of a job of a rehearsal, beside that of the rehearsal: made here of what the job has told, in the user's own names.

import { join } from 'node:path';
import { writePage } from '../report/html-file.ts';
import type { Page } from '../report/html-page.ts';
import { summaryOf } from '../steps/wording.ts';
import type { ToldResult } from './job.ts';
import type { RehearsalWorld } from './world.ts';

/** Keeps the report of a job of a phase. That it could not be written fails nothing. */
export async function keepJobPage(
  { config, run, pages, redact, emit, say, language }: RehearsalWorld,
  phase: string,
  { result, story }: { readonly result: ToldResult; readonly story: Page['story'] },
): Promise<void> {
  const { command } = result;
  const file = `${phase.startsWith(command) ? phase : `${phase}-${command}`}.html`;
  try {
    const page = { result: redact(result), story, settings: [], rehearsal: run };
    await writePage(page, join(config.stateDir, 'runs', run, file));
    pages.set(phase, [...(pages.get(phase) ?? []), file]);
  } catch (error) {
    const problem = summaryOf(error, language);
    emit({ type: 'warning', message: say('The report could not be written: {problem}', { problem }) });
  }
}
