import { describe, expect, it } from 'vitest';
import { shownEnvironment } from '../../../src/config/shown-environment.ts';
import { isSecret, variableNames } from '../../../src/config/variables.ts';

describe('shownEnvironment', () => {
  it('shows what is set of our variables, in the order of the table', () => {
    expect(shownEnvironment({ MYSQL_HOST: 'db', EGGROLL_HOME: ' /data ', PATH: '/bin', OUTPUT: '' })).toEqual([
      { name: 'EGGROLL_HOME', value: '/data' },
      { name: 'MYSQL_HOST', value: 'db' },
    ]);
  });

  it('shows where a secret lies, and of one that was given directly only that it was', () => {
    expect(shownEnvironment({ MYSQL_PWD_FILE: '/secrets/mysql', SSH_PASSPHRASE: 'open-sesame' })).toEqual([
      { name: 'MYSQL_PWD_FILE', value: '/secrets/mysql' },
      { name: 'SSH_PASSPHRASE' },
    ]);
  });

  it('has no value of any secret variable, nor of a hook', () => {
    const names = [...variableNames.filter(isSecret), 'HOOK_STAGE_BEFORE', 'HOOK_SWITCH_AFTER'];
    const shown = shownEnvironment(Object.fromEntries(names.map((name) => [name, 'open-sesame'])));
    expect(shown.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    expect(JSON.stringify(shown)).not.toContain('open-sesame');
  });
});
