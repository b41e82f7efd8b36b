import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSecret, readSecrets } from '../../../src/config/secrets.ts';
import { type ConfigFixture, configFixture } from './fixture.ts';

let fixture: ConfigFixture;
beforeEach(async () => {
  fixture = await configFixture();
});
afterEach(() => fixture.dispose());

const fromFile = async (text: string) =>
  readSecret('MYSQL_PWD', { MYSQL_PWD_FILE: await fixture.write('secret', text) });

describe('readSecret', () => {
  it('takes the value as it is', async () => {
    expect(await readSecret('MYSQL_PWD', { MYSQL_PWD: ' $a"b`c\n' })).toEqual({ value: ' $a"b`c\n', findings: [] });
  });

  it.each([
    ['abc', 'abc'],
    ['abc\n', 'abc'],
    ['abc\r\n', 'abc'],
    ['abc\n\n', 'abc\n'],
    [' abc ', ' abc '],
  ])('cuts one line break at the end of a file: %j', async (text, value) => {
    expect(await fromFile(text)).toEqual({ value, findings: [] });
  });

  it.each(['', '\n'])('refuses the empty file %j', async (text) => {
    expect((await fromFile(text)).findings).toMatchObject([{ where: 'MYSQL_PWD_FILE' }]);
  });

  it('refuses a file that cannot be read, saying why', async () => {
    expect((await readSecret('SSH_PASSWORD', { SSH_PASSWORD_FILE: '/nowhere' })).findings).toMatchObject([
      { code: 'CONFIG_INVALID', where: 'SSH_PASSWORD_FILE', found: '/nowhere cannot be read: it does not exist.' },
    ]);
    expect((await readSecret('SSH_PASSWORD', { SSH_PASSWORD_FILE: fixture.folder })).findings).toMatchObject([
      { found: expect.stringContaining('it is a folder') },
    ]);
  });

  it('does not repeat a secret that stands where its file is to be named', async () => {
    const { findings } = await readSecret('MYSQL_PWD', { MYSQL_PWD_FILE: 'open sesame' });
    expect(findings).toMatchObject([{ where: 'MYSQL_PWD_FILE', found: 'The file that it names cannot be read.' }]);
    expect(JSON.stringify(findings)).not.toContain('sesame');
  });

  it('refuses both forms at once, but not when one is empty', async () => {
    expect(
      (await readSecret('SSH_PASSPHRASE', { SSH_PASSPHRASE: 'a', SSH_PASSPHRASE_FILE: '/x' })).findings,
    ).toHaveLength(1);
    expect(await readSecret('SSH_PASSPHRASE', { SSH_PASSPHRASE: 'a', SSH_PASSPHRASE_FILE: '' })).toMatchObject({
      value: 'a',
    });
  });
});

describe('readSecrets', () => {
  it('requires the password of the database only when there is database work', async () => {
    expect((await readSecrets({}, true)).findings).toMatchObject([{ where: 'MYSQL_PWD' }]);
    expect(await readSecrets({ MYSQL_PWD: 'a', MYSQL_PWD_FILE: 'b' }, false)).toEqual({ values: {}, findings: [] });
  });
});
