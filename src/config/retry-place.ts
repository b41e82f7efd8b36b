// Where the end of a job is kept that further tries repeat (RETRY_OF).

import { type Environment, readVariables } from './read-variables.ts';

export interface RetryPlace {
  readonly stateDir: string;
  /** Name of the job. */
  readonly retryOf: string;
}

/** Told by its two variables alone, whatever else is wrong; undefined where one of them is, or RETRY_OF is not set. */
export function retryPlaceOf(env: Environment): RetryPlace | undefined {
  const { STATE_DIR: stateDir, RETRY_OF: retryOf } = readVariables(env).values;
  return stateDir === undefined || retryOf === undefined ? undefined : { stateDir, retryOf };
}
