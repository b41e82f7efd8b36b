// The end of every output for people: outcome, versions, what to do next.

import type { Result } from '../engine/events.ts';
import { type Language, type Say, sayIn, translated } from '../messages/phrases.ts';
import { planLines } from './plan-page.ts';
import { rehearsalLines } from './rehearsal-page.ts';
import { statusLines } from './status-page.ts';
import { durationText } from './units.ts';
import { displayWidth, padTo } from './width.ts';

/** The lines; the first one has no indentation. */
export function resultLines(result: Result, language: Language = 'en'): string[] {
  const { command, outcome, exitCode, message, next, plan, status } = result;
  const say = sayIn(language);
  const codes = [...new Set(result.findings.map(({ code }) => code))];
  const values = { command, outcome: say(outcome), code: exitCode, codes: codes.join(', ') };
  return [
    codes.length > 0
      ? say('{command}: {outcome} (exit code {code}, {codes})', values)
      : say('{command}: {outcome} (exit code {code})', values),
    ...message.split('\n').map((line) => `  ${line}`),
    ...(result.rehearsal ? rehearsalLines(result.rehearsal, language) : []),
    ...(plan ? planLines(plan, language) : status ? statusLines(status, language) : stateLines(result, language, say)),
    `  ${say('next: {next}', { next })}`,
    ...(result.report === undefined ? [] : [`  ${say('report: {file}', { file: result.report })}`]),
  ];
}

function stateLines({ nodes, database, downtimeMs, downtimeBySteps }: Result, language: Language, say: Say): string[] {
  const widest = Math.max(4, ...nodes.map(({ host }) => displayWidth(host)));
  const shown = (version: string) => (version === 'unknown' ? say('unknown') : version);
  const downtime = [
    `  ${say('downtime {time}', { time: durationText(downtimeMs) })}`,
    ...downtimeBySteps.map(({ title, ms }) => `    ${translated(language, title)}: ${durationText(ms)}`),
  ];
  return [
    ...nodes.map(
      ({ host, role, before, after }) =>
        `  ${padTo(host, widest)}  ${role.padEnd(11)}  ${shown(before)} -> ${shown(after)}`,
    ),
    ...(database ? [`  ${databaseText(database, say)}`] : []),
    ...(downtimeMs > 0 ? downtime : []),
  ];
}

function databaseText({ name, before, after, statements }: NonNullable<Result['database']>, say: Say): string {
  return say('{name}: schema {before} -> {after}, {count} statements', { name, before, after, count: statements });
}
