import { describe, expect, it } from 'vitest';
import { htmlPage } from '../../../src/report/html-page.ts';
import { rehearsalDowntime } from '../../../src/report/html-rehearsal.ts';
import {
  samplePage,
  samplePlan,
  sampleRehearsal,
  storyOf,
  type Told,
  upgradeEvents,
} from '../../support/report-page.ts';
import { event, failed, result } from './events.ts';

const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'><!-- \`\${1} & \u202e </style></title>`;

/** Every opening tag of a page, as it is written. */
function tagsIn(page: string): string[] {
  return page.match(/<[a-z][^>]*>/gi) ?? [];
}

describe('htmlPage', () => {
  it.each([
    ['upgrade', {}],
    ['failed upgrade', { outcome: 'failed' as const }],
    ['plan', { command: 'plan', plan: samplePlan([hostile, 'nm2'], hostile) }],
  ])('lets no text become markup in the page of: %s', (_name, changes) => {
    const tame = samplePage({ hosts: ['nm1', 'nm2'], text: 'tame', ...changes });
    const page = samplePage({ hosts: [hostile, 'nm2'], text: hostile, ...changes });
    expect(page).not.toMatch(/<script|<img|onerror='/i);
    expect(page).not.toContain('\u202e');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    // A text that closed or opened anything would make the page another one.
    if (!('plan' in changes)) expect(tagsIn(page).length).toBe(tagsIn(tame).length);
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page.match(/<\/title>/g)).toHaveLength(1);
  });

  it('asks for nothing from elsewhere, and holds no script', () => {
    const page = samplePage();
    expect(page).not.toMatch(/\bsrc=|\bhref=|url\(|@import|<script|\son[a-z]+=/i);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it('has the outcome and what to do next before all else', () => {
    const page = samplePage();
    const place = (text: string) => page.indexOf(text, page.indexOf('<main>'));
    expect(place('Upgrade succeeded')).toBeGreaterThan(0);
    expect(place('Upgrade succeeded')).toBeLessThan(place('What to do next'));
    expect(place('What to do next')).toBeLessThan(place('<section'));
    expect(page).toContain('<code>recover</code> goes back');
    expect(page).toContain('3f9c'.repeat(16));
    expect(page).toContain('services down for 15.4 s, from 20:15:47 until 20:16:02');
  });

  it('says what was wrong, and what to do about each of it', () => {
    const page = htmlPage({ result: event(failed), story: storyOf([]), settings: [] });
    expect(page).toContain('Upgrade failed');
    expect(page.match(/<code>NODE_UNREACHABLE<\/code>/g)).toHaveLength(2);
    expect(page).toContain('class="remedy"');
    expect(page).not.toContain('id="timeline"');
  });

  it('tells which statement did not end, which was not run, and which an earlier process has done', () => {
    const statements = [1, 2, 3, 4].map((index) => ({ index, from: `m.sql:${index}`, sql: `SELECT ${index}` }));
    const events: Told[] = [
      [0, { type: 'step-started', step: 'migrate', title: 'migrate', index: 1, count: 1 }],
      [0, { type: 'statements', statements }],
      [1, { type: 'statement', phase: 'begins', step: 'migrate', index: 2 }],
      [9, { type: 'statement', phase: 'ends', step: 'migrate', index: 2, durationMs: 8 }],
      [10, { type: 'statement', phase: 'begins', step: 'migrate', index: 3 }],
      [11, { type: 'step-finished', step: 'migrate', title: 'migrate', outcome: 'failed', durationMs: 11 }],
    ];
    const page = htmlPage({ result: event(result), story: storyOf(events), settings: [] });
    const states = [...page.matchAll(/<span class="state">(.*?)<\/span> <span class="quiet">m\.sql:(\d)/g)];
    expect(states.map(([, state = '', index]) => [index, state.replaceAll(/<[^>]*>/g, '')])).toEqual([
      ['1', 'done by an earlier process'],
      ['2', 'done in 8 ms at 20:15:03'],
      ['3', 'begun at 20:15:03, and did not end well'],
      ['4', 'not run'],
    ]);
  });

  it('shows a variable without its value where that is left out', () => {
    const page = samplePage();
    expect(page).toMatch(/SSH_PASSPHRASE<\/code><\/th><td><span class="quiet">set, and left out here</);
    expect(page).toContain('/secrets/mysql');
  });

  it('folds nodes that are alike, and shows on its own the one that a warning names', () => {
    const hosts = Array.from({ length: 200 }, (_, index) => `nm${index + 1}`);
    const page = samplePage({ hosts });
    const chart = page.slice(page.indexOf('<h4>Nodes</h4>'), page.indexOf('<h4>Database'));
    expect(chart.match(/<details class="rows">/g)).toHaveLength(1);
    expect(chart).toContain('199 nodes like ');
    expect(chart.indexOf('>nm1<')).toBeLessThan(chart.indexOf('<details'));
    expect(chart.match(/<svg /g)).toHaveLength(1 + 1 + 199);
    const versions = page.slice(page.indexOf('id="versions"'), page.indexOf('id="timeline"'));
    expect(versions.match(/<tr>/g)).toHaveLength(1 + 1 + 1);
  });

  it('stays small enough to attach with a thousand nodes', () => {
    const hosts = Array.from({ length: 1000 }, (_, index) => `node-${index}.prod.example.org`);
    expect(samplePage({ hosts }).length).toBeLessThan(2_500_000);
  });

  it('says that an earlier process has begun the run', () => {
    const events = upgradeEvents(['nm1'], 'x');
    const adopted: Told = [3_000, { type: 'run-adopted', message: 'Run r0 is resumed.', resumes: true }];
    expect(samplePage({ events })).not.toContain('what the last process saw');
    const page = samplePage({ events: [...events, adopted].toSorted(([left], [right]) => left - right) });
    expect(page).toContain('<strong>Run r0 is resumed.</strong> This page tells what the last process saw');
  });

  it('shows a plan: files, services, statements, the hash', () => {
    const plan = samplePlan(['nm1', 'nm2'], 'x');
    const page = samplePage({ command: 'plan', plan, hosts: ['nm1', 'nm2'] });
    expect(page).toContain('Plan of an upgrade');
    expect(page).toContain('<code>bash bin/eggroll.sh nodemanager stop</code>');
    expect(page).toContain('+ lib/eggroll-core-2.2.1.jar');
    expect(page).toContain('- lib/eggroll-core-2.0.2.jar');
    expect(page.match(/>to be run</g)).toHaveLength(5);
    expect(page).toContain('Expected downtime');
  });

  it('shows of a rehearsal what it was tried on, how long services were down, and every phase', () => {
    const text = (failed?: string) => {
      const outcome = failed ? ('failed' as const) : ('succeeded' as const);
      const page = samplePage({ command: 'rehearse', outcome, rehearsal: sampleRehearsal('own', failed) });
      return page
        .replace(/<style>.*?<\/style>/s, '')
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ');
    };
    const good = text();
    const order = [
      'Rehearsal: the upgrade works',
      'Version 2.0.2 → 2.2.1',
      'Nodes 4',
      'Downtime 15.4 s',
      'MySQL 8.0.28 (own)',
    ];
    expect(order.map((words) => good.indexOf(words)).toSorted((left, right) => left - right)).toEqual(
      order.map((words) => good.indexOf(words)),
    );
    for (const words of order) expect(good).toContain(words);
    expect(good).toContain('kill -9 and resume, 1 of 1 ✓ succeeded 5.0 s fault-1: own report: fault-1-upgrade.html');
    const bad = text('plan');
    expect(bad).toContain('Rehearsal failed');
    expect(bad).toContain('upgrade – skipped');
  });

  it('cannot be taken for a page of the real cluster when it is that of a job of a rehearsal', () => {
    const page = samplePage({ within: 'r7' });
    expect(page).toMatch(/<title>Upgrade succeeded, in a rehearsal/);
    expect(page).toContain('This was a job of rehearsal <code>r7</code>');
    expect(page).not.toContain('What to do next');
    expect(samplePage()).not.toContain('rehearsal</');
  });

  it('tells no downtime of a rehearsal that did not come to it', () => {
    const { phases } = sampleRehearsal('own', 'plan');
    expect(rehearsalDowntime({ phases }, 0)).toBe('not measured');
    expect(rehearsalDowntime({ phases: sampleRehearsal('own').phases }, 0)).toBe('0 ms');
  });
});
