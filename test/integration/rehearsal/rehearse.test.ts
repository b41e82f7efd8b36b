// A rehearsal from end to end on a real engine: one that goes well, with what is simulated and with what a user has, and those that fail.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chineseCatalogue } from '../../../src/engine/catalogue-zh.ts';
import { addTree } from '../../../src/rehearsal/archive.ts';
import { simulatedHome } from '../../../src/rehearsal/home.ts';
import { schemaSql } from '../../../src/rehearsal/schema.ts';
import { seedSql } from '../../../src/rehearsal/seed.ts';
import { simulatedSite } from '../../../src/rehearsal/site.ts';
import { type RehearsalFixture, rehearsalFixture, thingsOf } from '../../support/rehearsal.ts';

let fixture: RehearsalFixture;
beforeAll(async () => {
  fixture = await rehearsalFixture();
});
afterAll(() => fixture.dispose());

const write = async (name: string, content: string | Buffer) => {
  const file = join(fixture.dir, name);
  await writeFile(file, content);
  return file;
};

describe('rehearse', { timeout: 1_200_000, concurrent: true }, () => {
  it('tells that an upgrade works, and for how long services are down, also when it is killed; and leaves nothing', async () => {
    const env = {
      NM_FILE: await write('addresses', '10.255.0.1\n'),
      RS_FILE: await write('ports', 'rs1:2222\n'),
      REHEARSE_FAULTS: '1',
    };
    const { exitCode, result } = await fixture.start(env).ended;
    expect(result).toMatchObject({ command: 'rehearse', outcome: 'succeeded', exitCode: 0, findings: [] });
    expect(exitCode).toBe(0);
    const { phases = [], ...about } = result.rehearsal ?? {};
    expect(phases.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      'prepare-engine succeeded',
      'build-cluster succeeded',
      'plan succeeded',
      'upgrade succeeded',
      'check-new succeeded',
      'upgrade-again succeeded',
      'recover succeeded',
      'compare succeeded',
      'fault-1 succeeded',
    ]);
    expect(about).toMatchObject({ from: '2.0.2', to: '2.2.1' });
    expect(result.nodes.map(({ host, after }) => `${host} ${after}`)).toEqual(['10.255.0.1 2.2.1', 'rs1:2222 2.2.1']);
    expect(result.database).toMatchObject({ before: '2.0', after: '2.2.1', statements: 5 });
    expect(result.downtimeMs).toBeGreaterThan(0);
    expect(result.rehearsal?.server).toMatch(/^(MySQL|MariaDB) [0-9.]+ \(/);
    // The reports of the jobs are there, in the names of the lists.
    const files = phases.flatMap(({ pages: own = [] }) => own);
    expect(files).toEqual([
      ...['plan.html', 'upgrade.html', 'upgrade-again.html', 'recover.html'],
      ...['fault-1-upgrade.html', 'fault-1-recover.html'],
    ]);
    const folder = join(fixture.dir, 'state/runs', result.run);
    for (const file of files) {
      const page = await readFile(join(folder, file), 'utf8');
      expect(page).toContain('<span class="name">10.255.0.1</span>');
      expect(page).not.toContain('node-10-255-0-1');
      expect(page).toContain(`This was a job of rehearsal <code>${result.run}</code>`);
      expect(page).not.toContain('EggRoll knows NodeManagers');
    }
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('href="./upgrade.html"');
    const xml = await readFile(join(fixture.dir, 'state/runs', result.run, 'rehearsal.xml'), 'utf8');
    expect(xml).toContain('<testsuites tests="9" failures="0"');
    expect(await thingsOf(result.run)).toEqual([]);
  });

  it('takes the home, the dump and the SQL of the user', { tags: ['slow'] }, async () => {
    const archive = pack();
    // The settings are those of another place, as with any real home.
    const site = simulatedSite('nm1', {
      eggrollHome: '/opt/fate/eggroll',
      services: ['clustermanager', 'nodemanager'],
    });
    addTree(archive, simulatedHome('2.0.2', site), 'backup/eggroll');
    archive.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
    const guide = await readFile(join(fixture.dir, 'config/mysql_file.sql'), 'utf8');
    const env = {
      EGGROLL_HOME: '/opt/fate/eggroll',
      MYSQL_DB: 'fate_meta',
      // The server makes this account itself, with a password of its own.
      MYSQL_USER: 'root',
      REHEARSE_HOME: await write('home.tar.gz', gzipSync(Buffer.concat(chunks))),
      REHEARSE_DUMP: await write('dump.sql.gz', gzipSync(schemaSql('2.0.2') + seedSql('2.0.2', { sessions: 500 }))),
      MYSQL_FILE: await write('own.sql', `${guide}ALTER TABLE session_main COMMENT = 'ours';\n`),
    };
    const { result } = await fixture.start(env).ended;
    expect(result).toMatchObject({ outcome: 'succeeded', database: { name: 'fate_meta', statements: 6 } });
    expect(result.rehearsal).toMatchObject({ homes: env.REHEARSE_HOME, database: env.REHEARSE_DUMP });
    expect(await thingsOf(result.run)).toEqual([]);
  });

  it('fails with the code of what failed, in the words of the user, and leaves nothing', {
    tags: ['sibling'],
  }, async () => {
    const sql = await write('broken.sql', 'ALTER TABLE store_option DROP COLUMN not_there;\n');
    const { exitCode, result, events } = await fixture.start({ MYSQL_FILE: sql, MESSAGES: 'zh' }).ended;
    expect(exitCode).toBe(65);
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 65, findings: [{ code: 'SQL_FAILED_IN_REHEARSAL' }] });
    expect(JSON.stringify(result)).toContain('broken.sql');
    expect(JSON.stringify(result)).not.toContain('/rehearsal/config');
    // Also what the jobs tell: their findings carry a remedy in the language of the rehearsal.
    expect(result.findings[0]?.remedy).toMatch(/\p{Script=Han}/u);
    expect(events.filter(({ type }) => type === 'job').length).toBeGreaterThan(2);
    for (const { type, message } of events) if (type === 'job') expect(message).toMatch(/\p{Script=Han}/u);
    const { phases = [] } = result.rehearsal ?? {};
    expect(phases.map(({ outcome }) => outcome).join(' ')).toMatch(/^(succeeded ){3}failed( skipped){4}$/);
    expect(await thingsOf(result.run)).toEqual([]);
  });

  it('says what the server has against a dump, in the language that was chosen', { tags: ['sibling'] }, async () => {
    const dump = await write('bad.sql', 'CREATE TABLE a (b INT);\nINSERT INTO nowhere VALUES (1);\n');
    const { exitCode, result } = await fixture.start({ REHEARSE_DUMP: dump, MESSAGES: 'zh' }).ended;
    expect(exitCode).toBe(65);
    expect(result.findings).toMatchObject([{ code: 'REHEARSAL_INPUT_INVALID', where: 'REHEARSE_DUMP' }]);
    expect(result.message).toContain('演练在“搭建一次性集群”阶段失败。');
    expect(result.next).toBe(chineseCatalogue.REHEARSAL_INPUT_INVALID.remedy);
    expect(result.findings[0]?.found).toContain('nowhere');
    expect(await thingsOf(result.run)).toEqual([]);
  });

  it('says what of a dump cannot be compared', { tags: ['sibling'] }, async () => {
    const sql = 'CREATE TABLE a (b INT);\nCREATE VIEW orphan AS SELECT b FROM a;\nDROP TABLE a;\n';
    const { exitCode, result } = await fixture.start({ REHEARSE_DUMP: await write('orphan.sql', sql) }).ended;
    expect(exitCode).toBe(65);
    expect(result.findings).toMatchObject([{ code: 'REHEARSAL_INPUT_INVALID', where: 'REHEARSE_DUMP' }]);
    expect(result.findings[0]?.found).toMatch(/cannot dump it again.*orphan/s);
    expect(await thingsOf(result.run)).toEqual([]);
  });

  it('says which engine does not answer, and which image it lacks', async () => {
    const gone = await fixture.start({ DOCKER_HOST: `unix://${fixture.dir}/no.sock` }).ended;
    expect(gone.exitCode).toBe(69);
    expect(gone.result.findings).toMatchObject([{ code: 'ENGINE_UNREACHABLE' }]);
    const lacking = await fixture.start({ MYSQL_IMAGE: 'localhost:1/no-such-image:1' }).ended;
    expect(lacking.exitCode).toBe(78);
    expect(lacking.result.findings).toMatchObject([{ code: 'IMAGE_MISSING', where: 'MYSQL_IMAGE' }]);
  });
});
