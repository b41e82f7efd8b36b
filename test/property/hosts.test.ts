import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHostList } from '../../src/config/hosts.ts';

const parse = (text: string) => parseHostList(text, 'list', 'nodemanager', { user: 'app', port: 22 });

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/);
const address = fc.oneof(
  name,
  fc.ipV4(),
  fc.ipV6().map((ip) => `[${ip}]`),
);
const entry = fc.record({
  user: fc.option(fc.stringMatching(/^[a-z_][a-z0-9_-]{0,7}$/), { nil: undefined }),
  address,
  port: fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined }),
});
const decoration = fc.record({
  before: fc.constantFrom('', ' ', '\t'),
  after: fc.constantFrom('', ' ', ' # comment', '#comment'),
  end: fc.constantFrom('\n', '\r\n'),
  extra: fc.constantFrom('', '\n', '# only a comment\n', '  \r\n'),
});

describe('a host list', () => {
  it('gives back every host as written, whatever stands around it', () => {
    const list = fc.uniqueArray(fc.tuple(entry, decoration), { selector: ([host]) => host.address, maxLength: 10 });
    fc.assert(
      fc.property(list, fc.boolean(), (rows, hasMark) => {
        const text = rows.map(([{ user, address: at, port }, { before, after, end, extra }]) => {
          const line = `${user === undefined ? '' : `${user}@`}${at}${port === undefined ? '' : `:${port}`}`;
          return `${extra}${before}${line}${after}${end}`;
        });
        const { hosts, findings } = parse((hasMark ? '\uFEFF' : '') + text.join(''));
        fc.pre(!findings.some((finding) => finding.found.includes('in the list already')));
        expect(findings).toEqual([]);
        expect(hosts.map((host) => [host.user, host.name, host.port])).toEqual(
          rows.map(([{ user = 'app', address: at, port = 22 }]) => [user, at.replace(/^\[|\]$/g, ''), port]),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('makes of any text, line by line, a host or a finding, and never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 8 }), (lines) => {
        const text = lines.join('\n');
        const filled = text.split(/\r\n|\n|\r/).filter((line) => line.replace(/#.*$/, '').trim() !== '');
        const { hosts, findings } = parse(text);
        expect(hosts.length + findings.length).toBe(filled.length);
        for (const host of hosts) {
          expect(`${host.user}${host.name}`).not.toMatch(/[\s;&|`$<>"'\\]/);
          expect(host.name).not.toMatch(/^-/);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
