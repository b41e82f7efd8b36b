// testcontainers, without its clean-up container: that one comes from a registry, which many machines can't reach. Our tests remove
// by themselves what they started.

export {
  GenericContainer,
  getContainerRuntimeClient,
  ImageName,
  Network,
  type StartedNetwork,
  type StartedTestContainer,
  Wait,
} from 'testcontainers';

process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
