import { describe, expect, it } from 'vitest';
import type { Host } from '../../../src/config/config.ts';
import { databaseName, rehearsalHosts, translator } from '../../../src/rehearsal/host-names.ts';

const host = (name: string, role: Host['role'] = 'nodemanager', port = 22): Host => ({ name, role, port, user: 'app' });
const many = (count: number, prefix: string, role: Host['role']) =>
  Array.from({ length: count }, (_, index) => host(`${prefix}${index + 1}`, role));

describe('rehearsalHosts', () => {
  it('keeps the names of the lists, and turns addresses into names', () => {
    const hosts = [host('NM1'), host('10.1.2.3'), host('fd00::1:2'), host('rs.example.org', 'rollsite')];
    expect(rehearsalHosts(hosts, 4, true)).toEqual([
      { listed: 'NM1', name: 'nm1', role: 'nodemanager' },
      { listed: '10.1.2.3', name: 'node-10-1-2-3', role: 'nodemanager' },
      { listed: 'fd00::1:2', name: 'node-fd00-1-2', role: 'nodemanager' },
      { listed: 'rs.example.org', name: 'rs.example.org', role: 'rollsite' },
    ]);
  });

  it('tells apart what would have one name, and takes none that the database server has', () => {
    const hosts = [
      host('nm', 'nodemanager', 22),
      host('nm', 'nodemanager', 2222),
      host('nm-2222'),
      host('10.0.0.1'),
      host('node-10-0-0-1'),
      host(databaseName),
    ];
    const names = rehearsalHosts(hosts, 6, true).map(({ name }) => name);
    expect(new Set(names).size).toBe(6);
    expect(names).not.toContain(databaseName);
    expect(rehearsalHosts(hosts, 6, true).map(({ listed }) => listed)).toContain('nm:2222');
  });

  it.each([
    [4, 3, 1],
    [2, 1, 1],
    [1, 1, 0],
    [11, 8, 3],
  ])('takes of both lists when only %i nodes are wanted', (nodes, managers, rollSites) => {
    const hosts = [...many(30, 'nm', 'nodemanager'), ...many(10, 'rs', 'rollsite')];
    const roles = rehearsalHosts(hosts, nodes, true).map(({ role }) => role);
    expect(roles.filter((role) => role === 'nodemanager')).toHaveLength(managers);
    expect(roles.filter((role) => role === 'rollsite')).toHaveLength(rollSites);
  });

  it('takes RollSite hosts alone where there are no others', () => {
    expect(rehearsalHosts(many(5, 'rs', 'rollsite'), 3, true).map(({ name }) => name)).toEqual(['rs1', 'rs2', 'rs3']);
  });

  it('makes hosts up without lists, with a RollSite where the version has one', () => {
    const names = (nodes: number, hasRollSite: boolean) =>
      rehearsalHosts([], nodes, hasRollSite).map(({ name }) => name);
    expect(names(4, true)).toEqual(['nm1', 'nm2', 'nm3', 'rs1']);
    expect(names(2, false)).toEqual(['nm1', 'nm2']);
    expect(names(1, true)).toEqual(['nm1']);
  });
});

describe('translator', () => {
  it('puts the names of the user into texts, as whole words only', () => {
    const translate = translator([
      ['node-10-0-0-1', '10.0.0.1'],
      ['/rehearsal/config/mysql_file.sql', './my file.sql'],
      ['nm1', 'nm1'],
    ]);
    expect(translate('node-10-0-0-1: /rehearsal/config/mysql_file.sql:3 is wrong.')).toBe(
      '10.0.0.1: ./my file.sql:3 is wrong.',
    );
    expect(translate('node-10-0-0-12, my-node-10-0-0-1')).toBe('node-10-0-0-12, my-node-10-0-0-1');
  });
});
