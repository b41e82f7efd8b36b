import { describe, expect, it } from 'vitest';
import type { Result } from '../../../src/engine/events.ts';
import type { Phase } from '../../../src/engine/rehearsal.ts';
import { junitXml } from '../../../src/report/junit.ts';
import { resultLines } from '../../../src/report/result-lines.ts';

const phase = (id: string, outcome: Phase['outcome'], message: string): Phase => ({
  ...{ id, title: `do "${id}" & more`, outcome, durationMs: outcome === 'skipped' ? 0 : 1250, message },
});

const result = (phases: readonly Phase[] | undefined, changes: Partial<Result> = {}): Result => ({
  ...{ type: 'result', schema: 1, command: 'rehearse', outcome: 'failed', exitCode: 65, nodes: [], downtimeMs: 0 },
  ...{ downtimeBySteps: [], message: 'It failed.', next: 'Nothing.' },
  findings: [{ code: 'SQL_FAILED_IN_REHEARSAL', where: 'x.sql:3', found: 'a < b & c\u0007' }],
  ...(phases ? { rehearsal: { phases, from: '2.0.2', to: '2.2.1', homes: 'simulated', database: 'simulated' } } : {}),
  ...changes,
});

const phases = [
  phase('plan', 'succeeded', '5 statements'),
  phase('upgrade', 'failed', 'it broke'),
  phase('compare', 'skipped', ''),
];

describe('junitXml', () => {
  const xml = junitXml(result(phases), '2026-01-01T00:00:00.000Z');

  it('has a case for each phase, with outcome and time', () => {
    expect(xml).toContain('<testsuites tests="3" failures="1" errors="0" skipped="1" time="2.500">');
    expect(xml).toContain('<testcase classname="rehearse.plan" name="do &quot;plan&quot; &amp; more" time="1.250">');
    expect(xml).toContain('<system-out>5 statements</system-out>');
    expect(xml).toContain('<skipped/>');
  });

  it('tells why a phase failed, in characters that XML has', () => {
    expect(xml).toContain('<failure type="SQL_FAILED_IN_REHEARSAL" message="it broke">');
    expect(xml).toContain('x.sql:3: a &lt; b &amp; c\uFFFD</failure>');
  });

  it('is one failed case when it came to no phase', () => {
    const whole = junitXml(result(undefined), '2026-01-01T00:00:00.000Z');
    expect(whole).toContain('tests="1" failures="1"');
    expect(whole).toContain('message="It failed."');
  });
});

describe('a rehearsal for people', () => {
  it('shows every phase', () => {
    expect(resultLines(result(phases)).slice(2, 7)).toEqual([
      '  homes: simulated',
      '  database: simulated',
      '  ok       do "plan" & more (1.3 s): 5 statements',
      '  FAILED   do "upgrade" & more (1.3 s): it broke',
      '  skipped  do "compare" & more',
    ]);
  });
});
