// testcontainers, without its clean-up container: that one comes from a registry, which many machines can't reach. Our tests remove
// by themselves what they started.

import { GenericContainer } from 'testcontainers';

export {
  type GenericContainer,
  getContainerRuntimeClient,
  ImageName,
  Network,
  type StartedNetwork,
  type StartedTestContainer,
  Wait,
} from 'testcontainers';

process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';

/** How long what a test starts may take to be there: a machine that runs many at once is slow. */
export const startupMs = 300_000;

/** A container to be started, which waits as long as a busy machine needs. */
export function containerOf(image: string): GenericContainer {
  return new GenericContainer(image).withStartupTimeout(startupMs);
}
