import { describe, expect, it } from 'vitest';
import { hookSteps, readHooks } from '../../../src/config/hooks.ts';
import { remedyOf } from '../../../src/engine/errors.ts';
import { upgradeSteps } from '../../../src/steps/upgrade.ts';

describe('readHooks', () => {
  it('knows every step of an upgrade', () => {
    expect(hookSteps).toEqual(upgradeSteps.map(({ id }) => id));
  });

  it('reads hooks, and gives them the environment without its secrets', () => {
    const env = {
      HOOK_STOP_SERVICES_BEFORE: 'drain',
      HOOK_FINISH_AFTER: 'tell everybody',
      HOOK_STAGE_AFTER: ' ',
      PATH: '/bin',
      MYSQL_PWD: 'hidden',
      NOTIFY_URL: 'https://hidden',
    };
    const { hooks, findings } = readHooks(env);
    expect(findings).toEqual([]);
    expect([...hooks.commands]).toEqual([
      ['stop-services before', 'drain'],
      ['finish after', 'tell everybody'],
    ]);
    expect(hooks.environment).toMatchObject({ PATH: '/bin' });
    expect(JSON.stringify(hooks.environment)).not.toContain('hidden');
  });

  it.each(['HOOK_STOP_BEFORE', 'HOOK_STAGE', 'HOOKS_STAGE_AFTER', 'HOOK_STAGE_DURING', 'HOOK_'])(
    'names %s, which is no hook',
    (name) => {
      const { findings, hooks } = readHooks({ [name]: 'x' });
      expect(findings).toMatchObject([{ code: 'CONFIG_UNKNOWN', where: name }]);
      expect(findings[0] && remedyOf(findings[0])).toContain('STOP_SERVICES');
      expect(hooks.commands.size).toBe(0);
    },
  );
});
