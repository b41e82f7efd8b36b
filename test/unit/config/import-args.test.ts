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

  const least = ['-c', 'n', '-e', '/e', '-k', '/p'];
  const database = ['-t', 'db', '-u', 'fate', '-w', 's3cret', '-s', 'up.sql'];

  it.each([
    [['-f', '1'], 'recover'],
    [['-f1'], 'recover'],
    [['-f=1'], 'recover'],
    [['--rec=01'], 'recover'],
    [['--recover', ' +1 '], 'recover'],
    [['-f', '1', '-f', '0'], 'upgrade'],
    [['-f', '00'], 'upgrade'],
  ])('takes %j as a whole number, for %s', (words, command) => {
    expect(importArgs([...least, ...words])).toContain(`eggroll-upgrade ${command}\n`);
  });

  it.each(['2', '-1', '', 'x', '1.0', '10'])('takes no other number for -f: %j', (value) => {
    expect(refusal([...least, '-f', value]).findings).toMatchObject([{ code: 'USAGE', where: '--recover' }]);
  });

  it('takes the last of an option that is repeated, also an empty one, and says so', () => {
    const text = importArgs([...least, '-e', '/other', '-r', 'rs', '--rs_file=', '-k', '/p']);
    expect(settings(text)).toContain('EGGROLL_HOME=/other');
    expect(text).not.toContain('rs_ip_list');
    expect(text.match(/^# -\w: given.*$/gm)).toEqual([
      '# -e: given more than once; the last one counts, as in the old tool.',
      '# -r: given more than once; the last one counts, as in the old tool.',
    ]);
  });

  it.each([['-w', '-a blank'], ['-w', '-5'], ['-w=-dash'], ['--mysql_pwd=--dashes'], ['-w-dash']])(
    'reads a password that begins with a dash as argparse does: %s %s',
    (...words) => {
      const text = importArgs([...least, '-t', 'db', '-u', 'fate', '-s', 'up.sql', ...words]);
      expect(settings(text)).toContain('MYSQL_PWD_FILE=/secrets/mysql');
      expect(text).not.toMatch(/-a blank|-5|dash/);
    },
  );

  it('does not take an option for the value of the one before', () => {
    expect(refusal([...least, '-r', '-wsecret']).findings[0]).toMatchObject({ where: '--rs_file' });
    expect(refusal([...least, '--rs_file', '--mysql_pwd=a b']).findings[0]).toMatchObject({ where: '--rs_file' });
    expect(refusal([...least, '-r', '-x']).findings.map(({ where }) => where)).toEqual(['--rs_file', '-x']);
  });

  it('finds the script behind an interpreter with options, and takes its name behind an option for a value', () => {
    const text = importArgs(['sudo', 'python3', '-u', '/d/upgrade_helper.py', ...least]);
    expect(settings(text)).toContain('EGGROLL_HOME=/e');
    const named = importArgs([...least, '-r', './upgrade_helper.py']);
    expect(named).toContain('-v ./upgrade_helper.py:/config/rs_ip_list:ro');
  });

  it('says what is wrong with a line that came as one word', () => {
    expect(refusal(['python3 upgrade_helper.py -c n -w s3cret']).findings[0]?.found).toContain('leave out the quotes');
  });

  it('wants all that a database needs as soon as one option names it, but for its client', () => {
    expect(refusal([...least, '-b', 'meta']).findings.map(({ where }) => where)).toEqual([
      '--mysql_host',
      '--mysql_user',
      '--mysql_pwd',
      '--mysql_file',
    ]);
    expect(settings(importArgs([...least, '-m', '/mysql']))).toContain('MYSQL_FILE=none');
  });

  it.each([
    ['-e', 'eggroll', '--egg_home', 'an absolute path'],
    ['-t', 'db:3306', '--mysql_host', 'a host name'],
    ['-b', 'sys', '--mysql_db', 'another value'],
    ['-b', 'a b', '--mysql_db', 'a database name'],
    ['-p', 's3cret', '--mysql_port', 'a port'],
    ['-k', '/a:b', '--pkg_base_path', 'colon'],
    ['-u', 'a\tb', '--mysql_user', 'control characters'],
  ])('refuses %s %s, which no variable can take, without repeating it', (option, value, where, expected) => {
    const { findings, message } = refusal([...least, ...database, option, value]);
    expect(findings).toMatchObject([{ where, found: expect.stringContaining(expected) }]);
    expect(message).not.toContain(` ${value}`);
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
      ['--egg_home', 'The option -e --egg_home is missing.'],
      ['--pkg_base_path', 'The option -k --pkg_base_path is missing.'],
      ['--mysql_user', 'The option -u --mysql_user is missing.'],
      ['--mysql_file', 'The option -s --mysql_file is missing.'],
      ['--mysql_port', 'Expected a port between 1 and 65535.'],
      ['--mysql_pwd', 'Expected a value without line breaks or other control characters.'],
      ['--recover', 'It is neither 0 (upgrade) nor 1 (recover).'],
    ]);
    expect(error.message).not.toMatch(/hid/);
  });
});
