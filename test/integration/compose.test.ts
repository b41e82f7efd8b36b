// compose.test.yml, run as its head says: the cluster and the job as services, nothing prepared on the host.

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { docker } from '../support/docker.ts';

const file = join(import.meta.dirname, '../../compose.test.yml');
const nodes = ['nm1', 'nm2', 'nm3', 'rs1'];

describe('compose.test.yml', () => {
  const project = `compose-test-${randomUUID().slice(0, 8)}`;
  const compose = (...args: readonly string[]) =>
    docker(['compose', '--project-name', project, '--file', file, '--progress', 'quiet', ...args]);
  const run = () => compose('up', '--no-color', '--exit-code-from', 'upgrade');
  const left = (kind: 'container' | 'volume' | 'network') =>
    docker([kind, 'ls', '--quiet', '--filter', `label=com.docker.compose.project=${project}`]);

  afterAll(() => compose('down', '--volumes', '--timeout', '2'));

  it('upgrades the cluster, and changes nothing the second time', { tags: ['slow'] }, async () => {
    const first = await run();
    expect(first.stdout).toContain('upgrade: succeeded (exit code 0)');
    expect(first.exitCode).toBe(0);

    const started = await compose('up', '--detach', '--wait', 'mysql', ...nodes);
    expect(started.exitCode, started.stderr).toBe(0);
    const found = await Promise.all(nodes.map((node) => compose('exec', '-T', node, 'bash', '-c', versionOnNode)));
    expect(found.map(({ stdout }) => stdout)).toEqual(
      nodes.map(() => '__version__ = "2.2.1"\neggroll-core-2.2.1.jar\n'),
    );
    const columns = await compose('exec', '-T', 'mysql', 'bash', '-c', migratedColumns);
    expect(columns.stdout).toBe('session_option.store_option_id\nstore_option.store_option_id\n');

    const second = await run();
    expect(second.stdout).toContain('upgrade: unchanged (exit code 0)');
    expect(second.exitCode).toBe(0);
  });

  it('gives the exit code of the job, and leaves nothing behind', { tags: ['slow'] }, async () => {
    await compose('up', '--detach', '--wait', 'mysql', ...nodes);
    await compose('exec', '-T', 'nm2', 'rm', '-r', '/home/app/.ssh');
    const refused = await run();
    expect(refused.stdout).toContain('LOGIN_REFUSED');
    expect(refused.exitCode).toBe(77);

    await compose('down', '--volumes', '--timeout', '2');
    const remains = await Promise.all([left('container'), left('volume'), left('network')]);
    expect(remains.map(({ stdout }) => stdout)).toEqual(['', '', '']);
  });
});

const versionOnNode =
  'cd "$EGGROLL_HOME" && grep -h ^__version__ python/eggroll/__init__.py && cd lib && ls eggroll-core-*';

const migratedColumns = `. /cluster/mysql.env
  MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql -uroot -N -e "SELECT CONCAT(TABLE_NAME, '.', COLUMN_NAME) FROM information_schema.COLUMNS
  WHERE TABLE_SCHEMA = 'eggroll_meta' AND COLUMN_NAME = 'store_option_id' ORDER BY 1"`;
