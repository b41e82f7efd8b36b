import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { type ConfigFixture, configFixture, findingsOf } from './fixture.ts';

let fixture: ConfigFixture;
beforeEach(async () => {
  fixture = await configFixture();
});
afterEach(() => fixture.dispose());

describe('the list files', () => {
  it('may have an empty RollSite list, or none under the default name', async () => {
    expect((await loadConfig({ ...fixture.env, RS_FILE: await fixture.write('empty', '\n') })).hosts).toHaveLength(2);
    // Left out by mistake, its hosts would stay on the old version.
    expect(await findingsOf({ ...fixture.env, RS_FILE: undefined })).toMatchObject([
      { code: 'LIST_INVALID', where: 'RS_FILE' },
    ]);
  });

  it('refuses a RollSite list that is named but missing', async () => {
    expect(await findingsOf({ ...fixture.env, RS_FILE: '/nowhere/rs' })).toMatchObject([
      { code: 'LIST_INVALID', where: 'RS_FILE', found: '/nowhere/rs cannot be read: it does not exist.' },
    ]);
  });

  it('refuses a missing or empty NodeManager list', async () => {
    expect(await findingsOf({ ...fixture.env, NM_FILE: '/nowhere/nm' })).toMatchObject([{ where: 'NM_FILE' }]);
    const empty = await fixture.write('empty', '# none yet\n');
    expect(await findingsOf({ ...fixture.env, NM_FILE: empty })).toMatchObject([
      { code: 'LIST_INVALID', where: empty },
    ]);
  });

  it('takes an empty NodeManager list for RollSite hosts alone without database work', async () => {
    const env = { ...fixture.env, NM_FILE: await fixture.write('empty', ''), MYSQL_FILE: 'none' };
    expect((await loadConfig(env)).hosts.map((host) => host.name)).toEqual(['rs1']);
    const RS_FILE = await fixture.write('no-rs', '');
    expect(await findingsOf({ ...env, RS_FILE })).toMatchObject([{ code: 'LIST_INVALID' }]);
  });

  it('names the problems of both lists at once', async () => {
    const NM_FILE = await fixture.write('nm', 'a b\nnm1\n');
    const RS_FILE = await fixture.write('rs', 'nm1\r\nc:d\r\n');
    const findings = await findingsOf({ ...fixture.env, NM_FILE, RS_FILE });
    expect(findings.map((finding) => finding.where)).toEqual([`${NM_FILE}:1`, `${RS_FILE}:2`, `${RS_FILE}:1`]);
  });
});
