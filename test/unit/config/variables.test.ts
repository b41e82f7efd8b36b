import { describe, expect, it } from 'vitest';
import { readVariables } from '../../../src/config/read-variables.ts';
import { specificationOf } from '../../../src/config/validators.ts';
import { knownNames, type Variable, variableNames, variables } from '../../../src/config/variables.ts';

describe('the table of variables', () => {
  it.each(variableNames.filter((name) => 'default' in variables[name]))(
    'has a default of %s that is itself right',
    (name) => {
      const variable: Variable = variables[name];
      const specification = specificationOf(variable) as unknown as { _parse: (text: string) => unknown };
      expect(() => specification._parse(variable.default ?? '')).not.toThrow();
    },
  );

  it('offers a _FILE twin of every secret, and of nothing else', () => {
    expect(knownNames.filter((name) => !(variableNames as string[]).includes(name))).toEqual([
      'MYSQL_PWD_FILE',
      'SSH_PASSPHRASE_FILE',
      'SSH_PASSWORD_FILE',
      'NOTIFY_URL_FILE',
    ]);
  });
});

describe('readVariables', () => {
  it('neither prints nor exits', () => {
    const { findings, values } = readVariables({ OUTPUT: 'xml', NODE_ENV: 'production' });
    expect(findings.map((finding) => finding.where)).toEqual(['OUTPUT', 'EGGROLL_HOME', 'MYSQL_HOST', 'MYSQL_USER']);
    expect(values.OUTPUT).toBeUndefined();
    expect(values.SSH_PORT).toBe(22);
  });

  it('shows a wrong value short, without a password and without what a terminal would act on', () => {
    const found = (value: string) =>
      readVariables({ EGGROLL_HOME: '/e', MYSQL_HOST: value, MYSQL_USER: 'u' }).findings.map(
        (finding) => finding.found,
      );
    expect(found('mysql://root:secret@db')).toEqual([expect.stringContaining('"mysql:***@db"')]);
    expect(found('x/'.repeat(5000)).join().length).toBeLessThan(200);
    expect(found('a/\u202e')).toEqual([expect.stringContaining('"a/\\u202e"')]);
  });

  it.each(['22.5', '0', '65536', '1e3', '0x16', '22a'])('refuses the port %j', (port) => {
    expect(readVariables({ EGGROLL_HOME: '/e', MYSQL_FILE: 'none', SSH_PORT: port }).findings).toHaveLength(1);
  });
});
