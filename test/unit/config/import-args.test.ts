import { describe, expect, it } from 'vitest';
import { importArgs } from '../../../src/config/import-args.ts';
import { UpgradeError } from '../../../src/engine/errors.ts';

const whole =
  '-c /lists/nm -r rs.txt -e /data/eggroll -k /pkg -m /mysql -t db.example -p 3307 -b meta -u fate -w s3cret -S /s.sock -s up.sql';

const settings = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

function refusal(words: readonly string[]): UpgradeError {
  try {
    importArgs(words);
  } catch (error) {
    if (error instanceof UpgradeError) return error;
    throw error;
  }
  throw new Error('It was taken.');
}

describe('importArgs', () => {
  it('turns a whole command line into settings, mounts and a command, without the password', () => {
    const text = importArgs(['python3', './deploy/upgrade_helper.py', ...whole.split(' ')]);
    expect(settings(text)).toEqual([
      'EGGROLL_HOME=/data/eggroll',
      'MYSQL_HOST=db.example',
      'MYSQL_PORT=3307',
      'MYSQL_DB=meta',
      'MYSQL_USER=fate',
      'MYSQL_PWD_FILE=/secrets/mysql',
    ]);
    for (const mount of [
      '/lists/nm:/config/nm_ip_list:ro',
      './rs.txt:/config/rs_ip_list:ro',
      './up.sql:/config/mysql_file.sql:ro',
      '/pkg:/package:ro',
    ]) {
      expect(text).toContain(`#     -v ${mount} \\\n`);
    }
    expect(text).toContain('#     eggroll-upgrade upgrade\n');
    expect(text).not.toContain('s3cret');
  });

  it.each([
    ['long', '--nm_file=n --egg_home=/e --pkg_base_path=/p'],
    ['long, apart', '--nm_file n --egg_home /e --pkg_base_path /p'],
    ['shortened', '--nm n --egg /e --pkg /p'],
    ['joined', '-cn -e/e -k/p'],
    ['with signs', '-c=n -e=/e -k=/p'],
    ['with empty ones', '-c n -e /e -k /p -S= -m='],
  ])('reads options as argparse does: %s', (_, words) => {
    const text = importArgs(words.split(' '));
    expect(settings(text)).toEqual(['EGGROLL_HOME=/e', 'MYSQL_FILE=none']);
    expect(text).toContain('-v ./n:/config/nm_ip_list:ro');
  });

  it('names recover for -f 1, and upgrade for -f 0', () => {
    expect(importArgs([...whole.split(' '), '-f', '1'])).toContain('eggroll-upgrade recover\n');
    expect(importArgs([...whole.split(' '), '--recover', '0'])).toContain('eggroll-upgrade upgrade\n');
  });

  it('uses the socket of a server on the same machine', () => {
    const text = importArgs(whole.replace('db.example', 'localhost').split(' '));
    expect(settings(text)).toContain('MYSQL_SOCK=/run/mysql.sock');
    expect(text).toContain('-v /s.sock:/run/mysql.sock');
  });

  it('quotes paths for a shell', () => {
    expect(importArgs(['-c', "/a b'c", '-e', '/e', '-k', '/p'])).toContain(`-v '/a b'\\''c':/config/nm_ip_list:ro`);
  });

  it('names everything that is wrong at once, and no value', () => {
    const error = refusal([
      ...[
        '-x',
        'hidden',
        '--mysql_p',
        'hidden',
        'hidden',
        '-c',
        '-t',
        'db',
        '-p',
        '99999',
        '-f',
        '2',
        '-w',
        'hid\nden',
      ],
    ]);
    expect(error.exitCode).toBe(64);
    expect(error.findings.map(({ where, found }) => [where, found])).toEqual([
      ['-x', 'upgrade_helper.py has no such option.'],
      ['--mysql_p', 'It may be --mysql_port or --mysql_pwd.'],
      ['a word', 'There is a word that belongs to no option.'],
      ['--nm_file', 'The option has no value.'],
      ['--mysql_pwd', 'A value of more than one line does not fit an env file.'],
      ['--egg_home', 'The option -e --egg_home is missing.'],
      ['--pkg_base_path', 'The option -k --pkg_base_path is missing.'],
      ['--mysql_user', 'The option -u --mysql_user is missing.'],
      ['--mysql_file', 'The option -s --mysql_file is missing.'],
      ['--mysql_port', 'It is no port.'],
      ['--recover', 'It is neither 0 (upgrade) nor 1 (recover).'],
    ]);
    expect(error.message).not.toMatch(/hid/);
  });
});
