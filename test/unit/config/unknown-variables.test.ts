import { describe, expect, it } from 'vitest';
import { findUnknownVariables } from '../../../src/config/unknown-variables.ts';
import { knownNames } from '../../../src/config/variables.ts';
import { phrase } from '../../../src/messages/phrases.ts';
import { cpuMsOf } from '../../support/cpu.ts';

describe('findUnknownVariables', () => {
  it.each([
    ['MYSQL_PASSWORD', 'MYSQL_PWD'],
    ['MYSQL_HOSTS', 'MYSQL_HOST'],
    ['SSH_KNOWN_HOST_FILE', 'SSH_KNOWN_HOSTS_FILE'],
    ['EGGROL_HOME', 'EGGROLL_HOME'],
    ['EGGROLL_HOM', 'EGGROLL_HOME'],
    ['PKG_BASE_PAHT', 'PKG_BASE_PATH'],
    ['SERVICE_CONTROLL', 'SERVICE_CONTROL'],
    ['INIT_ENV_FILES', 'INIT_ENV_FILE'],
    ['CONCURENCY', 'CONCURRENCY'],
    ['AUTO_RECOVERY', 'AUTO_RECOVER'],
    ['BACKUP_KEPT', 'BACKUP_KEEP'],
  ])('takes %s for a typing error of %s', (name, meant) => {
    expect(findUnknownVariables({ [name]: 'x' })).toEqual([
      {
        code: 'CONFIG_UNKNOWN',
        where: name,
        found: 'This variable is not known.',
        remedy: phrase('Did you mean {variable}?', { variable: meant }),
      },
    ]);
  });

  it('is not held up by a very long name, and does not show all of it', () => {
    const name = 'MYSQL_'.repeat(30_000);
    expect(cpuMsOf(() => expect(findUnknownVariables({ [name]: 'x' })[0]?.where).toHaveLength(501))).toBeLessThan(1000);
    expect(findUnknownVariables({ 'MYSQL_\u001b[2J': 'x' })[0]?.where).toBe('MYSQL_\\u001b[2J');
  });

  it.each(['MYSQL_CHARACTER_SET', 'SSH_CONTROL_PERSIST', 'EGGROLL_COLOUR', 'PKG_ARCH_NAME'])(
    'reports %s, which has our prefix but resembles nothing',
    (name) => {
      expect(findUnknownVariables({ [name]: 'x' })).toMatchObject([{ where: name }]);
    },
  );

  it.each([
    ['SSH_AUTH_SOCK', '/tmp/agent'],
    ['SSH_CONNECTION', '10.0.0.1 1 10.0.0.2 22'],
    ['SSH_CLIENT', 'x'],
    ['SSH_TTY', '/dev/pts/0'],
    ['SSH_AGENT_PID', '1'],
    ['SSH_ASKPASS', 'x'],
    ['SSH_ASKPASS_REQUIRE', 'never'],
    ['MYSQL_HISTFILE', '/dev/null'],
    ['MYSQL_SERVICE_HOST', '10.0.0.1'],
    ['MYSQL_SERVICE_PORT', '3306'],
    ['MYSQL_SERVICE_PORT_CLIENT', '3306'],
    ['MYSQL_PORT_3306_TCP', 'tcp://10.0.0.1:3306'],
    ['MYSQL_PORT_3306_TCP_ADDR', '10.0.0.1'],
    ['EGGROLL_CLUSTERMANAGER_PORT', 'tcp://10.0.0.1:4670'],
    ['EGGROLL_CLUSTERMANAGER_SERVICE_HOST', '10.0.0.1'],
    ['STATE_DIRECTORY', '/x'],
    ['PATH', '/bin'],
    ['HOME', '/root'],
    ['OUTPUTS', ''],
    ['MYSQL_EMPTY', ''],
  ])('lets %s=%s pass', (name, value) => {
    expect(findUnknownVariables({ [name]: value })).toEqual([]);
  });

  it('lets every known name pass', () => {
    expect(findUnknownVariables(Object.fromEntries(knownNames.map((name) => [name, 'x'])))).toEqual([]);
  });
});
