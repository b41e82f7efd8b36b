// testcontainers, without its clean-up container: that one comes from a registry, which many machines can't reach. Our tests remove
// by themselves what they started.

import { GenericContainer, Wait } from 'testcontainers';

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

export type Flavour = 'mysql' | 'mariadb';

/** Servers whose data folder is made already: `make test-databases` builds them. */
const databaseImages = {
  mysql: process.env['MYSQL_TEST_IMAGE'] || 'eggroll-upgrade-test-mysql:local',
  mariadb: process.env['MARIADB_TEST_IMAGE'] || 'eggroll-upgrade-test-mariadb:local',
};

/** Password of root on these servers: images/test-database is built with it. */
export const rootPassword = 'root-of-the-tests';

/** A database server, its data in memory unless told otherwise. */
export function databaseOf(flavour: Flavour, { onDisk = false } = {}): GenericContainer {
  const container = containerOf(databaseImages[flavour])
    .withExposedPorts(3306)
    // Both say it once, when all of their ports answer.
    .withWaitStrategy(Wait.forLogMessage(/ready for connections/));
  return onDisk ? container : container.withTmpFs({ '/var/lib/mysql': 'rw' });
}
