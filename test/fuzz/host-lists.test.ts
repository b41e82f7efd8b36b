import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSharedHosts, parseHostList } from '../../src/config/hosts.ts';
import { isHostName } from '../../src/config/validators.ts';
import { throwFindings } from '../../src/engine/errors.ts';
import { fuzz } from './law.ts';
import { mutated } from './mutate.ts';

const line = fc.oneof(
  fc.constantFrom(
    'nm1',
    'nm2.example.org',
    'fate@nm3',
    'nm4:2222',
    'fate@nm5:22',
    '10.0.0.7',
    'gate:2201',
    'gate:2202',
  ),
  fc.constantFrom('[fd00::1]:22', 'fd00::2', 'fate@[fd00::3]:1', 'fe80::1%eth0', '::ffff:10.0.0.1'),
  fc.constantFrom('# a comment', '', '   ', 'nm6 # the sixth', 'nm7#seventh', '\tnm8\t', 'NM1', 'nm1.'),
  fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/),
  fc.ipV4(),
  fc.ipV6().map((ip) => `[${ip}]`),
);

const list = fc
  .tuple(fc.uniqueArray(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n', '\r'), fc.constantFrom('', '\uFEFF'))
  .map(([lines, end, mark]) => mark + lines.join(end));

const tokens = [
  ...['\0', '\u001b[31m', '\u0085', '\u2028', '\u00a0', '\u202e', '\uFEFF', '\uFFFD', '\ud800', '节点', '\r', '\n'],
  ...['@', ':', '[', ']', '[]', '%', '/', '//', 'ssh://', ',', ';', '$(reboot)', '`id`', '|', '&', "'", '"', '\\'],
  ...[
    '-',
    '-oProxyCommand=x@nm1',
    '..',
    '.',
    ':0',
    ':65536',
    ':99999999999',
    ':22:22',
    '::',
    '256.1.1.1',
    '1e3',
    '0x7f',
  ],
  ...[
    'root:secret@nm1',
    'a@b@nm1',
    'nm1 nm2',
    'x'.repeat(64),
    `${'a.'.repeat(130)}a`,
    '#',
    '[::1',
    '[::1%]',
    '::%',
    '@nm1\n',
  ],
];

const text = mutated(list, tokens);

describe('host lists', () => {
  it('become hosts that can be used, or findings', async () => {
    await fuzz('host lists', fc.tuple(text, text), ([nodeManagers, rollSites]) => {
      const defaults = { user: 'app', port: 22 };
      const nm = parseHostList(nodeManagers, '/config/nm', 'nodemanager', defaults);
      const rs = parseHostList(rollSites, '/config/rs', 'rollsite', defaults);
      throwFindings([...nm.findings, ...rs.findings, ...findSharedHosts(nm.hosts, rs.hosts)]);
      const hosts = [...nm.hosts, ...rs.hosts];
      expect(hosts.length).toBe(filledLines(nodeManagers) + filledLines(rollSites));
      for (const { name, user, port } of hosts) {
        expect(isHostName(name)).toBe(true);
        expect(user).toMatch(/^[^-\s\p{C};&|`$<>"'\\@:/,][^\s\p{C};&|`$<>"'\\@:/,]*$/u);
        expect(port >= 1 && port <= 65535 && Number.isInteger(port)).toBe(true);
      }
      expect(new Set(hosts.map(({ name, port }) => `${name.toLowerCase()} ${port}`)).size).toBe(hosts.length);
      return hosts.length > 0 ? 'accepted' : 'accepted, no hosts';
    });
  });
});

function filledLines(list: string): number {
  return list.split(/\r\n|\n|\r/).filter((part) => part.replace(/#.*$/, '').trim() !== '').length;
}
