// A fault case that is more than one blow at one point: it tells by itself what happens, and what must come of it.

import type { TestCluster } from '../support/cluster.ts';
import type { JobRun } from '../support/job.ts';
import type { Ends, Verdict } from './case.ts';

export interface Story {
  readonly kind: string;
  readonly title: string;
  /** Gives violations. Adds the runs that it made, and what it measured. */
  play(cluster: TestCluster, ends: Ends, runs: JobRun[], notes: string[]): Promise<string[]>;
}

/** Plays a story on a cluster that was just reset. Never throws: what goes wrong with the test itself is a violation too. */
export async function playStory(cluster: TestCluster, story: Story, ends: Ends): Promise<Verdict> {
  const startMs = performance.now();
  const runs: JobRun[] = [];
  const notes: string[] = [];
  const violations = await story
    .play(cluster, ends, runs, notes)
    .catch((error: unknown) => [`the test itself: ${error instanceof Error ? error.stack : String(error)}`]);
  const title = [story.title, ...notes].join('; ');
  return { kind: story.kind, title, violations, runs, tookMs: performance.now() - startMs };
}
