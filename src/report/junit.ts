// A rehearsal as JUnit XML, which CI systems show as tests: a test case for each phase.

import type { Result } from '../engine/events.ts';
import type { Phase } from '../engine/rehearsal.ts';

/** The text of the file. A result without phases, as of a package that cannot be used, is one case that failed. */
export function junitXml(result: Result, time: string): string {
  const phases = result.rehearsal?.phases ?? [wholeOf(result)];
  const count = (outcome: Phase['outcome']) => phases.filter((phase) => phase.outcome === outcome).length;
  const numbers = `tests="${phases.length}" failures="${count('failed')}" errors="0" skipped="${count('skipped')}"`;
  const totalMs = phases.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${numbers} time="${seconds(totalMs)}">`,
    `  <testsuite name="eggroll-upgrade rehearse" ${numbers} time="${seconds(totalMs)}" timestamp="${escaped(time)}">`,
    '    <properties>',
    `      <property name="downtimeMs" value="${result.downtimeMs}"/>`,
    `      <property name="exitCode" value="${result.exitCode}"/>`,
    '    </properties>',
    ...phases.flatMap((phase) => caseLines(phase, result)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function wholeOf({ outcome, message }: Result): Phase {
  return {
    id: 'rehearse',
    title: 'rehearse',
    outcome: outcome === 'succeeded' ? 'succeeded' : 'failed',
    durationMs: 0,
    message,
  };
}

function caseLines({ id, title, outcome, durationMs, message }: Phase, { findings }: Result): string[] {
  const open = `    <testcase classname="rehearse.${escaped(id)}" name="${escaped(title)}" time="${seconds(durationMs)}"`;
  if (outcome === 'skipped') return [`${open}>`, '      <skipped/>', '    </testcase>'];
  if (outcome === 'failed') {
    const type = findings[0]?.code ?? 'DEFECT';
    const text = findings.map(({ code, where, found }) => `${code} ${where}: ${found}`).join('\n');
    const failure = `<failure type="${type}" message="${escaped(message)}">${escaped(text)}</failure>`;
    return [`${open}>`, `      ${failure}`, '    </testcase>'];
  }
  if (message === '') return [`${open}/>`];
  return [`${open}>`, `      <system-out>${escaped(message)}</system-out>`, '    </testcase>'];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

// XML 1.0 has no way to write most control characters, and none for half a surrogate pair.
function escaped(text: string): string {
  const legal = text.toWellFormed().replace(/[^\t\n\r\u0020-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');
  return legal.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}
