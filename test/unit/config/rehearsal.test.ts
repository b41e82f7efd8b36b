import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { loadRehearsalConfig } from '../../../src/config/rehearsal.ts';
import { UpgradeError } from '../../../src/engine/errors.ts';
import { type ConfigFixture, configFixture } from './fixture.ts';

let fixture: ConfigFixture;
let lists: Record<string, string | undefined>;
beforeAll(async () => {
  fixture = await configFixture();
  const { NM_FILE, RS_FILE, STATE_DIR } = fixture.env;
  lists = { NM_FILE, RS_FILE, STATE_DIR };
});
afterAll(() => fixture.dispose());

async function refused(env: Record<string, string | undefined>): Promise<string[]> {
  const outcome = await loadRehearsalConfig(env).catch((error: unknown) => error);
  if (!(outcome instanceof UpgradeError)) throw new Error('expected a refusal');
  return outcome.findings.map(({ where }) => where);
}

describe('loadRehearsalConfig', () => {
  it('requires nothing that leads to the real cluster', async () => {
    const config = await loadRehearsalConfig(lists);
    expect(config).toMatchObject({ nodes: 3, fromVersion: '2.0.2', faults: 0, keep: false, packagePath: '/package' });
    expect(config.database).toMatchObject({ name: 'eggroll_meta', user: 'fate' });
    expect(config.cluster).toBeUndefined();
  });

  it('requires all of it when the real cluster is to be read', async () => {
    expect(await refused({ ...lists, REHEARSE_FROM_CLUSTER: 'true' })).toContain('EGGROLL_HOME');
    const config = await loadRehearsalConfig({ ...fixture.env, REHEARSE_FROM_CLUSTER: 'true' });
    expect(config.cluster?.hosts).toHaveLength(3);
    expect(config.secrets).toContain('p#ss w"ord');
  });

  it('makes up hosts without lists only when it is told how many', async () => {
    const { STATE_DIR } = fixture.env;
    expect(await loadRehearsalConfig({ STATE_DIR, REHEARSE_NODES: '7' })).toMatchObject({ hosts: [], nodes: 7 });
    expect(await refused({ STATE_DIR })).toEqual(expect.arrayContaining(['NM_FILE']));
    expect(await refused({ STATE_DIR, NM_FILE: '/missing', REHEARSE_NODES: '7' })).toContain('NM_FILE');
  });

  it('takes at most 50 nodes, and at most those of the lists', async () => {
    expect(await refused({ ...lists, REHEARSE_NODES: '51' })).toEqual(['REHEARSE_NODES']);
    expect((await loadRehearsalConfig({ ...lists, REHEARSE_NODES: '50' })).nodes).toBe(3);
    const long = await fixture.write('long', Array.from({ length: 80 }, (_, index) => `n${index}\n`).join(''));
    expect((await loadRehearsalConfig({ ...lists, NM_FILE: long })).nodes).toBe(50);
  });

  it('hands on what decides how an upgrade is done, and names what does not count', async () => {
    const config = await loadRehearsalConfig({
      ...lists,
      ...{ CONF_POLICY: 'keep', CONCURRENCY: '4', HOOK_SWITCH_BEFORE: 'true', START_COMMAND: 'x', STOP_COMMAND: 'y' },
    });
    expect(config.policies).toEqual({ CONF_POLICY: 'keep', CONCURRENCY: '4' });
    expect(config.leftOut.toSorted()).toEqual(['HOOK_SWITCH_BEFORE', 'START_COMMAND', 'STOP_COMMAND']);
  });

  it('refuses two sources for one thing, and a dump without database work', async () => {
    const both = { ...fixture.env, REHEARSE_FROM_CLUSTER: 'true', REHEARSE_HOME: '/a', REHEARSE_DUMP: '/b' };
    expect(await refused(both)).toEqual(['REHEARSE_HOME', 'REHEARSE_DUMP']);
    expect(await refused({ ...lists, MYSQL_FILE: 'none', REHEARSE_DUMP: '/b' })).toEqual(['REHEARSE_DUMP']);
  });

  it('has the package checked as an upgrade has', async () => {
    expect(await refused({ ...lists, PKG_SIGNATURE_FILE: '/package.sig' })).toEqual(['PKG_PUBLIC_KEY_FILE']);
    const files = { PKG_SIGNATURE_FILE: '/package.sig', PKG_PUBLIC_KEY_FILE: '/key.pub', PKG_SHA256: 'a'.repeat(64) };
    expect(await loadRehearsalConfig({ ...lists, ...files })).toMatchObject({
      packageSha256: 'a'.repeat(64),
      packageSignature: { signatureFile: '/package.sig', publicKeyFile: '/key.pub' },
    });
  });

  it.each(['false', 'False', '0', 'no', 'off'])('expects no services with START_SERVICES=%s', async (text) => {
    expect((await loadRehearsalConfig({ ...lists, START_SERVICES: text })).startsServices).toBe(false);
    expect((await loadRehearsalConfig(lists)).startsServices).toBe(true);
  });

  it('finds typing errors in its own names', async () => {
    expect(await refused({ ...lists, REHEARSE_NODE: '3', MYSQL_IMGE: 'x' })).toEqual(['REHEARSE_NODE', 'MYSQL_IMGE']);
  });
});

describe('loadConfig', () => {
  it('does not look at the variables of a rehearsal', async () => {
    const env = { ...fixture.env, REHEARSE_NODES: 'many', REHEARSE_KEEP: 'perhaps' };
    expect((await loadConfig(env)).hosts).toHaveLength(3);
  });
});
