import { describe, expect, it } from 'vitest';
import { diffOf } from '../../../src/steps/conf-diff.ts';

const diff = (before: string, after: string) => diffOf(Buffer.from(before), Buffer.from(after));

describe('diffOf', () => {
  it('gives hunks with one line around them', () => {
    expect(diff('a=1\nb=2\nc=3\nd=4\n', 'a=1\nb=2\nc=5\nd=4\n')).toEqual([
      '@@ -2,3 +2,3 @@',
      ' b=2',
      '-c=3',
      '+c=5',
      ' d=4',
    ]);
  });

  it.each([
    ['jdbc.password=hidden', 'jdbc.password=***'],
    ['eggroll.security.encrypt.private_key=hidden', 'eggroll.security.encrypt.private_key=***'],
    ['eggroll.security.login.password : hidden', 'eggroll.security.login.password :***'],
    [
      'jdbc.url=jdbc:mysql://db/meta?user=hidden&password=hidden&useSSL=false',
      'jdbc.url=jdbc:mysql://db/meta?user=***&password=***&useSSL=false',
    ],
    ['"token": "hidden",', '"token":***'],
    ['jdbc.password=', 'jdbc.password='],
    ['eggroll.session.password.decryptor.args.spliter=,', 'eggroll.session.password.decryptor.args.spliter=***'],
    ['#jdbc.password=hidden', '#jdbc.password=***'],
  ])('shows no secret, changed or around a change: %s', (line, shown) => {
    expect(diff(`${line}\na=1\n`, `${line}\na=2\n`)[1]).toBe(` ${shown}`);
    expect(diff(`${line}\n`, 'a=1\n')[1]).toBe(`-${shown}`);
    expect(diff('a=1\n', `${line}\r\n`)[2]).toBe(`+${shown}`);
  });

  it('has nothing to show of bytes that are no text', () => {
    expect(diffOf(Buffer.from([0xff, 0xfe]), Buffer.from('a'))).toEqual([]);
    expect(diffOf(Buffer.from('a\0b'), Buffer.from('a'))).toEqual([]);
  });
});
