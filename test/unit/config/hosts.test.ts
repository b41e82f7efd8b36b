import { describe, expect, it } from 'vitest';
import { findSharedHosts, parseHostList, parseJumps } from '../../../src/config/hosts.ts';

const parse = (text: string) => parseHostList(text, '/config/nm_ip_list', 'nodemanager', { user: 'app', port: 22 });
const plain = (text: string) => parse(text).hosts.map(({ user, name, port }) => `${user}@${name} ${port}`);

describe('parseHostList', () => {
  it.each([
    ['10.0.0.1', 'app@10.0.0.1 22'],
    ['node-1.example.org', 'app@node-1.example.org 22'],
    ['fate@node', 'fate@node 22'],
    ['node:2222', 'app@node 2222'],
    ['fate@node:2222', 'fate@node 2222'],
    ['fd00::1', 'app@fd00::1 22'],
    ['[fd00::1]', 'app@fd00::1 22'],
    ['[fd00::1]:2222', 'app@fd00::1 2222'],
    ['fate@[fd00::1]:2222', 'fate@fd00::1 2222'],
    ['fate@fd00::1', 'fate@fd00::1 22'],
  ])('reads %s', (line, expected) => {
    expect(parse(line).findings).toEqual([]);
    expect(plain(line)).toEqual([expected]);
  });

  it('takes a byte order mark, CRLF, comments, blank lines and blanks around', () => {
    const text = '\uFEFF# NodeManagers\r\n\r\n  nm1 \t\r\nnm2 # the second\r\nnm3#third\r\n   \r\n';
    expect(parse(text).findings).toEqual([]);
    expect(plain(text)).toEqual(['app@nm1 22', 'app@nm2 22', 'app@nm3 22']);
    expect(parse(text).hosts.map((host) => host.at)).toEqual([3, 4, 5].map((line) => `/config/nm_ip_list:${line}`));
  });

  it('takes an empty list', () => {
    expect(parse('')).toEqual({ hosts: [], findings: [] });
  });

  it.each([
    'nm1 nm2',
    'nm1,nm2',
    '10.0.0.256',
    '10.0.0',
    'nm1:',
    'nm1:0',
    'nm1:65536',
    'nm1:ssh',
    '@nm1',
    'a@b@c',
    '-nm1',
    '-l root@nm1',
    '-x@nm1',
    'ssh://nm1',
    'nm1/',
    '[nm1]:22',
    '[::1',
    'nm1;reboot',
    '$(x)',
    '节点',
    '$(x)@nm1',
    'a\u001b[31m@nm1',
    `${'a'.repeat(300)}@nm1`,
  ])('refuses %j, naming file and line', (line) => {
    const { hosts, findings } = parse(`ok\n${line}\n`);
    expect(hosts.map((host) => host.name)).toEqual(['ok']);
    expect(findings).toMatchObject([{ code: 'LIST_INVALID', where: '/config/nm_ip_list:2' }]);
  });

  it('finds duplicates, whatever the capitals, the user and the way to write the address', () => {
    const text = 'nm1\nNM1\nfate@nm1.\nnm1:22\nfd00::1\nFD00:0:0::1\n';
    expect(parse(text).findings.map((finding) => `${finding.where} ${finding.found}`)).toEqual([
      '/config/nm_ip_list:2 NM1 is in the list already, at /config/nm_ip_list:1.',
      '/config/nm_ip_list:3 fate@nm1. is in the list already, at /config/nm_ip_list:1.',
      '/config/nm_ip_list:4 nm1:22 is in the list already, at /config/nm_ip_list:1.',
      '/config/nm_ip_list:6 FD00:0:0::1 is in the list already, at /config/nm_ip_list:5.',
    ]);
  });

  it('takes one name with several ports: several machines behind one address', () => {
    expect(parse('gate:2201\ngate:2202\n').findings).toEqual([]);
  });

  it('shows a wrong line without a password and without what a terminal would act on', () => {
    expect(parse('root:secret@nm1').findings[0]?.found).toBe('"root:***@nm1": the user is not an account name.');
    expect(parse('nm1\u0085x\u202e').findings[0]?.found).toContain('"nm1\\u0085x\\u202e"');
  });

  it('names the first 49 of very many wrong lines, and how many more there are', () => {
    const { findings } = parse('a b\n'.repeat(1000));
    expect(findings).toHaveLength(50);
    expect(findings.at(-1)).toMatchObject({ where: '/config/nm_ip_list', found: '951 more lines are wrong.' });
  });

  it('names every wrong line at once', () => {
    expect(parse('a b\nok\nc:x\nok\n').findings.map((finding) => finding.where.split(':')[1])).toEqual(['1', '3', '4']);
  });
});

describe('findSharedHosts', () => {
  it('names both places', () => {
    const rollSites = parseHostList('rs1\nNM2\n', '/config/rs_ip_list', 'rollsite', { user: 'app', port: 22 });
    expect(findSharedHosts(parse('nm1\nnm2\n').hosts, rollSites.hosts)).toMatchObject([
      {
        code: 'LIST_INVALID',
        where: '/config/rs_ip_list:2',
        found: 'NM2 is in both lists, also at /config/nm_ip_list:2.',
      },
    ]);
  });
});

describe('parseJumps', () => {
  it('keeps the order', () => {
    expect(parseJumps('a@one:1,two , c@[::1]:3', { user: 'app', port: 22 })).toEqual({
      jumps: [
        { name: 'one', user: 'a', port: 1 },
        { name: 'two', user: 'app', port: 22 },
        { name: '::1', user: 'c', port: 3 },
      ],
      findings: [],
    });
  });

  it('refuses very many', () => {
    expect(parseJumps(','.repeat(100), { user: 'app', port: 22 }).findings).toMatchObject([
      { where: 'SSH_JUMP', found: '101 jump hosts are named; at most 16 can be.' },
    ]);
  });

  it('refuses each wrong part', () => {
    const { findings } = parseJumps('one:x,,two words,ok', { user: 'app', port: 22 });
    expect(findings.map((finding) => finding.where)).toEqual(['SSH_JUMP', 'SSH_JUMP', 'SSH_JUMP']);
  });
});
