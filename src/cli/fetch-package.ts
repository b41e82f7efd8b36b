// node fetch-package.js URL SHA256 TARGET
// Fetches the archive of the EggRoll package before the job starts, as an init container does: the file TARGET is there afterwards,
// whole and with that sha256, or is not. What came of it lies in TARGET.part, and the next process goes on from there.
// HTTPS_PROXY, HTTP_PROXY and NO_PROXY count, and certificates in NODE_EXTRA_CA_CERTS. PKG_URL_HEADER_FILE names a file with one line
// `Name: value`, a header that is sent to the server of URL alone. The exit codes are those of the job (docs/errors.md).

import { type FetchEvent, fetchPackage, usualLimits } from '../config/fetch.ts';
import { type FetchOrder, readFetchWords, readHeaderLine, secretsOf, shownUrl } from '../config/fetch-order.ts';
import { readTextFile } from '../config/files.ts';
import { onOneLine } from '../config/shown.ts';
import { type ExitCode, exitCodes } from '../engine/catalogue.ts';
import { remedyOf, UpgradeError } from '../engine/errors.ts';
import type { Result } from '../engine/events.ts';
import { leaveTerminationMessage, redactor } from '../report/report.ts';
import { bytesText, secondsText } from '../report/units.ts';
import { leave, onStop, processClock } from './process.ts';

const headerVariable = 'PKG_URL_HEADER_FILE';

/** Fetches, and says on one line how that ended; never throws. */
async function main(words: readonly string[], env: NodeJS.ProcessEnv): Promise<ExitCode> {
  let order: FetchOrder | undefined;
  let result: Result;
  try {
    order = readFetchWords(words);
    order = { ...order, ...(await givenHeader(env[headerVariable])) };
    process.stdout.write(`Fetching ${shownUrl(order.url)} to ${onOneLine(order.target)}.\n`);
    const tell = (event: FetchEvent) => void process.stdout.write(`${lineOf(event)}\n`);
    const around = { clock: processClock, env, signal: stopSignal(), tell, limits: usualLimits };
    result = doneResult(order, await fetchPackage(order, around));
  } catch (error) {
    result = failedResult(error);
  }
  const clean = redactor(order ? secretsOf(order) : [])(result);
  const stream = clean.exitCode === exitCodes.ok ? process.stdout : process.stderr;
  stream.write(`${clean.message}${clean.next === '' ? '' : ` ${clean.next}`}\n`);
  await leaveTerminationMessage(clean).catch((error: unknown) => {
    process.stderr.write(`The termination message could not be written: ${String(error)}\n`);
  });
  return clean.exitCode;
}

async function givenHeader(path: string | undefined): Promise<Pick<FetchOrder, 'header'>> {
  if (path === undefined || path === '') return {};
  const file = await readTextFile(path);
  if ('text' in file) return { header: readHeaderLine(file.text, headerVariable) };
  // Without a slash it may be the header itself, written where its file is to be named.
  const found = path.includes('/') ? file.problem : 'The file that it names cannot be read.';
  const remedy = 'Mount a file that this account may read, and name it by its whole path.';
  throw new UpgradeError({ code: 'CONFIG_INVALID', where: headerVariable, found, remedy });
}

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  onStop((signal) => {
    const found = `It was asked to stop by ${signal}.`;
    const remedy = 'Run the same again: it goes on where it stopped.';
    controller.abort(new UpgradeError({ code: 'INTERRUPTED', where: 'fetch-package', found, remedy }));
  });
  return controller.signal;
}

function lineOf(event: FetchEvent): string {
  if (event.type === 'waiting') {
    return `${event.reason} ${bytesText(event.bytes)} are there; the next try comes in ${secondsText(event.waitMs)}.`;
  }
  if (event.type === 'starting-over') {
    return `What came in several pieces has the sha256 ${event.found}; it is fetched once more as a whole.`;
  }
  const all = event.totalBytes === undefined ? '' : ` of ${bytesText(event.totalBytes)}`;
  if (event.type === 'fetched') return `${bytesText(event.bytes)}${all} are there.`;
  return event.fromByte === 0
    ? `The server sends it${all && `, all${all}`}.`
    : `It goes on after ${bytesText(event.fromByte)}${all}.`;
}

const commonParts = {
  type: 'result',
  schema: 1,
  command: 'fetch-package',
  nodes: [],
  downtimeMs: 0,
  downtimeBySteps: [],
} as const;

function doneResult({ target, sha256 }: FetchOrder, bytes: number | undefined): Result {
  const size = bytes === undefined ? ' already' : `, ${bytesText(bytes)}`;
  const message = `${onOneLine(target)} is there${size}, with the sha256 ${sha256}.`;
  const outcome = bytes === undefined ? 'unchanged' : 'succeeded';
  return { ...commonParts, outcome, exitCode: exitCodes.ok, findings: [], message, next: '' };
}

function failedResult(error: unknown): Result {
  if (!(error instanceof UpgradeError)) {
    const message = `A defect in this program: ${onOneLine(error instanceof Error ? error.message : String(error))}`;
    return { ...commonParts, outcome: 'failed', exitCode: exitCodes.defect, findings: [], message, next: 'Report it.' };
  }
  const { exitCode, findings } = error;
  const outcome = exitCode === exitCodes.interrupted ? 'interrupted' : 'failed';
  const message = findings.map(({ where, found }) => `${where}: ${found}`).join(' ');
  const next = [...new Set(findings.map((finding) => remedyOf(finding)))].join(' ');
  const told = findings.map((finding) => ({ ...finding, remedy: remedyOf(finding) }));
  return { ...commonParts, outcome, exitCode, findings: told, message, next };
}

leave(await main(process.argv.slice(2), process.env));
