import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { type ConfigFixture, configFixture, findingsOf } from './fixture.ts';

let fixture: ConfigFixture;
beforeEach(async () => {
  fixture = await configFixture();
});
afterEach(() => fixture.dispose());

describe('the database part', () => {
  it.each(['a b', '', 'x'.repeat(65), '-h', 'a`b', 'mysql', 'Performance_Schema'])(
    'refuses the name %j',
    async (name) => {
      const env = { ...fixture.env, MYSQL_SCRATCH_DB: 'scratch', MYSQL_DB: name };
      if (name === '') expect((await loadConfig(env)).database?.name).toBe('eggroll_meta');
      else expect(await findingsOf(env)).toMatchObject([{ code: 'CONFIG_INVALID', where: 'MYSQL_DB' }]);
    },
  );

  it('refuses a scratch schema that is the database itself, or whose name is too long', async () => {
    expect(await findingsOf({ ...fixture.env, MYSQL_SCRATCH_DB: 'Eggroll_Meta' })).toMatchObject([
      { where: 'MYSQL_SCRATCH_DB', found: 'Eggroll_Meta is MYSQL_DB itself.' },
    ]);
    expect(await findingsOf({ ...fixture.env, MYSQL_DB: 'x'.repeat(60) })).toMatchObject([
      { where: 'MYSQL_SCRATCH_DB' },
    ]);
  });

  it('finds the clients below MYSQL_HOME, under either name', async () => {
    const env = { ...fixture.env, MYSQL_HOME: fixture.folder };
    expect((await findingsOf(env)).map((finding) => finding.where)).toEqual(['MYSQL_HOME', 'MYSQL_HOME']);
    await chmod(await fixture.write('bin/mariadb', ''), 0o755);
    await fixture.write('bin/mysqldump', '');
    expect(await findingsOf(env)).toMatchObject([
      { found: expect.stringContaining('no program mysqldump or mariadb-dump') },
    ]);
    await chmod(join(fixture.folder, 'bin/mysqldump'), 0o755);
    expect((await loadConfig(env)).database?.clientHome).toBe(fixture.folder);
  });

  it('does not show all of a very long MYSQL_HOME', async () => {
    const [finding] = await findingsOf({ ...fixture.env, MYSQL_HOME: `/${'x'.repeat(100_000)}` });
    expect(finding?.found.length).toBeLessThan(600);
  });

  it('refuses a certificate file that is missing or holds no certificate', async () => {
    expect(await findingsOf({ ...fixture.env, MYSQL_TLS_CA_FILE: '/nowhere/ca.pem' })).toMatchObject([
      { where: 'MYSQL_TLS_CA_FILE', found: '/nowhere/ca.pem cannot be read: it does not exist.' },
    ]);
    const path = await fixture.write('ca.pem', 'not a certificate');
    expect(await findingsOf({ ...fixture.env, MYSQL_TLS_CA_FILE: path })).toMatchObject([
      { found: expect.stringContaining('holds no certificate') },
    ]);
  });
});
