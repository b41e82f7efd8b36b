import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../../src/engine/events.ts';
import { storyOf, type Told } from '../../support/report-page.ts';

const work = (phase: 'begins' | 'ends', where: string): EventBody => ({ type: 'work', phase, where });
const begins = (step: string): EventBody => ({ type: 'step-started', step, title: `do ${step}`, index: 1, count: 2 });
const ends = (step: string, outcome: 'applied' | 'failed' | 'already-done' = 'applied'): EventBody => ({
  type: 'step-finished',
  step,
  title: `do ${step}`,
  outcome,
  durationMs: 1,
});

describe('a story', () => {
  it('knows when steps ran, and when each node was worked on in them', () => {
    const story = storyOf([
      [0, begins('stage')],
      [5, work('begins', 'nm1')],
      [6, work('begins', 'nm1')],
      [8, work('ends', 'nm1')],
      [20, work('ends', 'nm1')],
      [30, ends('stage')],
      [30, begins('switch')],
      [31, { type: 'change', phase: 'begins', where: 'nm1', what: 'switch r1' }],
      [40, { type: 'change', phase: 'ends', where: 'nm1', what: 'switch r1' }],
    ]);
    expect(story.steps).toEqual([
      { step: 'stage', title: 'do stage', fromMs: 0, toMs: 30, outcome: 'applied' },
      { step: 'switch', title: 'do switch', fromMs: 30, toMs: undefined, outcome: undefined },
    ]);
    expect(story.workers.get('nm1')?.spans).toEqual([
      { step: 'stage', fromMs: 5, toMs: 20 },
      { step: 'switch', fromMs: 31, toMs: 40 },
    ]);
  });

  it('keeps work open that never ended', () => {
    const { workers } = storyOf([
      [0, begins('stage')],
      [5, work('begins', 'nm1')],
    ]);
    expect(workers.get('nm1')).toEqual({ depth: 1, spans: [{ step: 'stage', fromMs: 5, toMs: undefined }] });
  });

  it('ends a step that another one began inside of', () => {
    const { steps } = storyOf([
      [0, begins('open-run')],
      [1, begins('migrate')],
      [2, ends('migrate')],
      [3, ends('open-run')],
    ]);
    expect(steps.map(({ step, fromMs, toMs }) => [step, fromMs, toMs])).toEqual([
      ['open-run', 0, 3],
      ['migrate', 1, 2],
    ]);
  });

  it('counts every downtime', () => {
    const { downtime } = storyOf([
      [10, { type: 'downtime-started' }],
      [30, { type: 'downtime-ended', downtimeMs: 20 }],
      [50, { type: 'downtime-started' }],
    ]);
    expect(downtime).toEqual([
      { fromMs: 10, toMs: 30 },
      { fromMs: 50, toMs: undefined },
    ]);
  });

  it('is one that is resumed only where another process has begun it', () => {
    const adopted: EventBody = { type: 'run-adopted', message: 'resumed', resumes: true };
    expect(
      storyOf([
        [0, begins('open-run')],
        [1, adopted],
      ]).resumed,
    ).toBe('resumed');
    const retried: Told[] = [
      [0, begins('open-run')],
      [1, ends('open-run')],
      [2, begins('open-run')],
      [3, adopted],
    ];
    expect(storyOf(retried).resumed).toBeUndefined();
    expect(storyOf([[0, { type: 'run-adopted', message: 'undone', resumes: false }]]).resumed).toBeUndefined();
  });

  it('stays bounded, however many tries and warnings there are', () => {
    const hosts = Array.from({ length: 20 }, (_, index) => `nm${index}`);
    const told: Told[] = Array.from({ length: 60 }, (_, round): Told[] => [
      [round, begins('stage')],
      ...hosts.flatMap((host): Told[] =>
        Array.from({ length: 5 }, (): Told[] => [
          [round, work('begins', host)],
          [round, work('ends', host)],
        ]).flat(),
      ),
      [round, { type: 'warning', message: 'again' }],
      [round, { type: 'node-done', step: 'stage', host: 'nm1', message: 'staged' }],
      [round, ends('stage')],
    ]).flat();
    const warnings = Array.from({ length: 2000 }, (): Told => [61, { type: 'warning', message: 'again' }]);
    const story = storyOf([...told, ...warnings]);
    expect(Math.max(...[...story.workers.values()].map(({ spans }) => spans.length))).toBeLessThanOrEqual(200);
    expect(story.warnings.items).toHaveLength(300);
    expect(story.warnings.more).toBe(2060 - 300);
    expect(story.log.items).toHaveLength(1000);
    expect(story.log.items.join('\n')).not.toContain('staged');
  });
});
