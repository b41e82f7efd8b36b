// A real browser without a window, which may reach nothing but files: for looking at reports.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

const names: readonly string[] = ['chromium', 'chromium-browser', 'google-chrome'];

export function openChromium(): Promise<Browser> {
  const args = ['--disable-gpu', '--disable-quic', '--disable-sync'];
  return chromium.launch({ executablePath: chromiumPath(), chromiumSandbox: false, args });
}

/** What CHROMIUM names, or what is on the PATH. */
function chromiumPath(): string {
  const named = process.env['CHROMIUM'];
  if (named) return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
  if (found) return found;
  throw new Error('There is no Chromium: install it (make setup does on Debian), or name its program in CHROMIUM.');
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Visit {
  readonly context: BrowserContext;
  /** Addresses that a page has asked for and did not get: all but files. */
  readonly refused: readonly string[];
}

/** A context in which every request but one for a file is refused, and told of. */
export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext(options);
  const refused: string[] = [];
  await context.route('**/*', (route) => {
    const url = route.request().url();
    if (url.startsWith('file:')) return route.continue();
    refused.push(url);
    return route.abort();
  });
  return { context, refused };
}
