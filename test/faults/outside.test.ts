// What happens to a run from the outside: cuts, black holes, restarts, a second runner, a frozen one, signals, wrong clocks. `make
// faults` goes through all of it, at every step; this is a sample that has each kind.

import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { outsideClusters, runOutside, sampleOutside } from './outside.ts';
import { type Pool, startPool, usualPoolSize } from './pool.ts';
import { Broken } from './report.ts';
import { scenarioNamed } from './step-points.ts';
import { type Measured, measure } from './suite.ts';

const cache = join(import.meta.dirname, '..', '..', '.cache', 'faults', 'test');

describe('faults from the outside', () => {
  let pool: Pool;
  let measured: Measured;

  beforeAll(async () => {
    pool = await startPool(usualPoolSize, outsideClusters);
    measured = await measure(pool, ['upgrade', 'recover after an upgrade'].map(scenarioNamed));
  });
  afterAll(() => pool.stop());

  it('leave old or new, and pass without help where they pass', async () => {
    const broken = new Broken(cache, 'outside');
    await runOutside(pool, sampleOutside(measured.references), measured, (verdict) => broken.take(verdict));
    broken.expectNone();
  });
});
