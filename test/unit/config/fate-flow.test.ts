import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { phrase } from '../../../src/messages/phrases.ts';
import { type ConfigFixture, configFixture, findingsOf } from './fixture.ts';

let fixture: ConfigFixture;
beforeEach(async () => {
  fixture = await configFixture();
});
afterEach(() => fixture.dispose());

const script = '/data/projects/fate/fateflow/bin/service.sh';

async function hostOf(host: string, lists: Record<string, string> = {}) {
  const env = { ...fixture.env, ...lists, FATE_FLOW_SERVICE: script, FATE_FLOW_HOST: host };
  const { fateFlow } = await loadConfig(env);
  expect(fateFlow?.script).toBe(script);
  return fateFlow?.host;
}

describe('fate_flow', () => {
  it('is none of our business unless it is named', async () => {
    expect(await loadConfig(fixture.env)).not.toHaveProperty('fateFlow');
  });

  it('may be on a host of the lists, with the user and the port that it has there', async () => {
    const NM_FILE = await fixture.write('nm', 'fate@nm1:2222\nnm2\n');
    expect(await hostOf('NM1', { NM_FILE })).toEqual({ name: 'NM1', user: 'fate', port: 2222 });
    expect(await hostOf('nm1:22', { NM_FILE })).toEqual({ name: 'nm1', user: 'fate', port: 22 });
    expect(await hostOf('flow@nm1', { NM_FILE })).toEqual({ name: 'nm1', user: 'flow', port: 2222 });
  });

  it('may be on any other host, with the usual user and port', async () => {
    expect(await hostOf('flow1', { SSH_USER: 'eggroll', SSH_PORT: '2022' })).toEqual({
      name: 'flow1',
      user: 'eggroll',
      port: 2022,
    });
    expect(await hostOf('ops@[::1]:23')).toEqual({ name: '::1', user: 'ops', port: 23 });
  });

  it.each([
    [{ FATE_FLOW_SERVICE: script }, ['FATE_FLOW_HOST']],
    [{ FATE_FLOW_HOST: 'flow1' }, ['FATE_FLOW_SERVICE']],
    [{ FATE_FLOW_SERVICE: 'service.sh', FATE_FLOW_HOST: 'a b' }, ['FATE_FLOW_SERVICE', 'FATE_FLOW_HOST']],
    [{ FATE_FLOW_SERVICE: script, FATE_FLOW_HOST: 'flow1:0', CONCURRENCY: '0' }, ['CONCURRENCY', 'FATE_FLOW_HOST']],
    [{ FATE_FLOW_SERVICE: script, FATE_FLOW_HOST: 'flow1', SERVICE_CONTROL: 'none' }, ['SERVICE_CONTROL']],
  ])('refuses %j', async (env, where) => {
    const findings = await findingsOf({ ...fixture.env, ...env });
    expect([...new Set(findings.map((finding) => finding.where))]).toEqual(where);
    expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(['CONFIG_INVALID']));
  });

  it('knows a variable that nearly is one of its own', async () => {
    const findings = await findingsOf({ ...fixture.env, FATE_FLOW_SERVICES: script });
    expect(findings).toMatchObject([
      { code: 'CONFIG_UNKNOWN', remedy: phrase('Did you mean {variable}?', { variable: 'FATE_FLOW_SERVICE' }) },
    ]);
  });
});
