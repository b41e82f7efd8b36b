/** Why each package of package.json is there. A new one gets an entry here, then `npm run docs` writes docs/dependencies.md. */

export interface DependencyNote {
  readonly use: string;
  /** What it brings besides plain JavaScript or types: native code, programs, scripts that run at installation. */
  readonly brings?: string;
  readonly alternative: string;
  /** For a package that does not say its licence where package-lock.json has it. */
  readonly licence?: string;
}

export const dependencyNotes: Readonly<Record<string, DependencyNote>> = {
  'cmd-ts': {
    use: 'commands, `--help`, `--version`, messages for a wrong command line',
    alternative: '`parseArgs` of Node.js has no commands and no help; they would be code of our own',
  },
  'dbgate-query-splitter': {
    use: 'finds where statements of a migration file end (`DELIMITER` too) and where they stand',
    alternative: "a parser of MySQL's whole grammar, many times larger; or a splitter of our own, whose cases are many",
  },
  diff: {
    use: 'the diff of each conf that `plan` shows',
    alternative: 'the program `diff`: a process and two files for each conf, and text to parse where data is needed',
  },
  dockerode: {
    use: '`rehearse`: containers, networks and images by the API of a Docker engine, local or remote',
    brings:
      'native code only as ssh2 has it; grpc and protobufjs, for builds by BuildKit, which are not used; loaded by `rehearse` alone',
    alternative: 'the program `docker`, which the image would have to hold; or its API by hand over node:http',
  },
  envalid: {
    use: 'values of variables and all their errors at once',
    alternative: 'about 100 lines of our own, or a schema library several times larger',
  },
  mysql2: {
    use: 'MySQL and MariaDB: TLS, `caching_sha2_password`, sockets, streams of rows',
    alternative:
      '`mariadb`, LGPL, and with some settings other than those of MySQL; the `mysql` client alone tells too little of what a statement did',
  },
  'p-limit': {
    use: 'no more than `CONCURRENCY` nodes at once',
    alternative: 'some 20 lines of our own, with the same edges to test',
  },
  ssh2: {
    use: 'SSH: many connections in one process, jump hosts, host keys, an agent in memory, streams',
    brings:
      'native code (ciphers, built when it is installed; the image has it; kept from the collector by src/cluster/native-ciphers.ts, which tells why) and, optional, cpu-features; works without either, slower',
    alternative:
      "OpenSSH's client as a process for each command: keys in files, nothing but text of errors, far slower with many nodes",
    licence: 'MIT',
  },
  'tar-stream': {
    use: 'reads packages: entry for entry, before anything is written',
    brings:
      'streamx and b4a; bare-fs and what it needs (nearly all of the size) are for another runtime and are not loaded by Node.js',
    alternative:
      'the program `tar`, which writes before all of an archive was checked; `tar` of npm, made for unpacking',
  },
  '@biomejs/biome': {
    use: 'format and lint',
    brings: 'one program for the platform',
    alternative: 'ESLint with Prettier: some hundred packages',
  },
  '@types/dockerode': { use: 'types of dockerode, which has none', alternative: 'declarations of our own' },
  '@types/node': { use: 'types of Node.js', alternative: 'none' },
  '@types/ssh2': { use: 'types of ssh2, which has none', alternative: 'declarations of our own' },
  '@types/tar-stream': { use: 'types of tar-stream, which has none', alternative: 'declarations of our own' },
  'dependency-cruiser': {
    use: 'layers and cycles (`.dependency-cruiser.cjs`)',
    alternative: 'rules of a linter, which know single imports and no cycles',
  },
  'fast-check': {
    use: 'properties, and the fuzz with its shrinking',
    alternative: 'random inputs of our own, without shrinking',
  },
  knip: {
    use: 'dead code, unused and missing dependencies',
    brings: 'native code (a parser)',
    alternative: 'ts-prune, which is kept but no longer developed',
  },
  node: {
    use: 'Node.js 24 for scripts, tests and, where no image can be pulled, for the image',
    brings: 'the program itself; a script that fetches it from the registry when it is installed',
    alternative: 'a Node.js of the machine, of which version nobody knows',
  },
  rolldown: {
    use: 'makes one file of the program (`npm run build`)',
    brings: 'native code',
    alternative: 'esbuild, native too; or hundreds of small files, which load slower than a cluster is looked at',
  },
  testcontainers: {
    use: 'nodes and database servers of the tests',
    brings: 'ssh2 and protobufjs with scripts for installation (that of protobufjs is not run)',
    alternative: 'calls of `docker` with waiting and clearing up of our own',
  },
  typescript: { use: 'checks types; Node.js runs the sources as they are', alternative: 'none' },
  vitest: {
    use: 'runs the tests',
    brings: 'native code (rolldown, lightningcss)',
    alternative: '`node:test`, which has no projects, `each` or comparison of that kind',
  },
  '@bitnami/readme-generator-for-helm': {
    use: "the table of values in the chart's README, out of comments in values.yaml",
    alternative: 'helm-docs, a program of Go that npm does not have; or a parser of comments of our own',
    licence: 'Apache-2.0',
  },
  '@cyclonedx/cyclonedx-library': {
    use: 'tests: the parts list of the image against the schema of CycloneDX',
    alternative: 'a copy of that schema in the repository',
  },
  ajv: { use: 'tests: what the CycloneDX library validates with', alternative: 'none; that library asks for it' },
  'ajv-formats': { use: 'tests: the same', alternative: 'none; that library asks for it' },
  'ajv-formats-draft2019': { use: 'tests: the same', alternative: 'none; that library asks for it' },
  'kubernetes-models': {
    use: "tests: the chart's objects against the schemas of Kubernetes, by its validators and by its types",
    alternative: 'kubeconform, a program of Go, with schemas that it fetches',
  },
  'playwright-core': {
    use: 'tests: reports in a real Chromium',
    brings: 'nothing at installation; the browser is the one of the machine',
    alternative: 'puppeteer-core, the same for Chromium alone',
  },
  yaml: { use: 'tests: reads what helm renders', alternative: 'js-yaml, without types of its own' },
};
