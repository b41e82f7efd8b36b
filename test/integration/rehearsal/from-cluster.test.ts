// A rehearsal from the image, with the socket of the engine mounted, on what it reads from a (simulated) real cluster.

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences } from '../../../src/rehearsal/differences.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';
import { thingsOf } from '../../support/rehearsal.ts';
import { nodeImage } from '../../support/simulated-node.ts';

const socket = '/var/run/docker.sock';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster({
    hosts: [
      { name: 'nm1', services: ['clustermanager', 'nodemanager'] },
      { name: 'nm2', services: ['nodemanager'] },
      { name: 'rs1', services: ['rollsite'] },
    ],
  });
});
afterAll(() => cluster?.stop());

describe('rehearse from the real cluster', { timeout: 1_200_000 }, () => {
  it('reads homes and database, changes nothing there, and shows no secret of its files', async () => {
    // A file that one node alone has, and a row that no seed has.
    await cluster.exec(
      'nm2',
      `echo own > ${cluster.home}/conf/of-nm2.txt && chown app:apps ${cluster.home}/conf/of-nm2.txt`,
    );
    await cluster.exec('nm1', `echo 'site.api.token=t0p-s3cret' >> ${cluster.home}/conf/eggroll.properties`);
    await cluster.sql(
      "INSERT INTO eggroll_meta.session_main (session_id, name, status) VALUES ('of-the-site', 'kept', 'CLOSED')",
    );
    const before = await cluster.snapshot();
    const { result, stdout, events } = await cluster.job('rehearse', {
      env: {
        REHEARSE_FROM_CLUSTER: 'true',
        REHEARSE_NODE_IMAGE: nodeImage(),
        MYSQL_IMAGE: process.env['MYSQL_IMAGE'] ?? 'eggroll-upgrade-base/mysql:local',
      },
      dockerArgs: [`--volume=${socket}:${socket}`, `--group-add=${(await stat(socket)).gid}`],
    });
    expect(result.message).toMatch(/^The upgrade from 2\.0\.2 to 2\.2\.1 works on 3 nodes\./);
    expect(result).toMatchObject({ outcome: 'succeeded', exitCode: 0, database: { after: '2.2.1' } });
    const read = result.rehearsal?.phases.find(({ id }) => id === 'read-cluster');
    expect(read?.message).toBe('3 nodes with 3 different homes, and a dump');
    expect(result.nodes.map(({ role }) => role)).toEqual(['nodemanager', 'nodemanager', 'rollsite']);
    expect(events.filter(({ type }) => type === 'change')).toEqual([]);
    expect(differences(before, await cluster.snapshot())).toEqual([]);
    expect(await cluster.exec('nm1', `ls -d ${cluster.home}/.eggroll-upgrade`)).not.toMatchObject({ exitCode: 0 });
    const password = (await readFile(join(cluster.dir, 'secrets/mysql'), 'utf8')).trim();
    const xml = await readFile(join(cluster.stateDir, 'runs', result.run, 'rehearsal.xml'), 'utf8');
    for (const text of [stdout, xml]) {
      expect(text).not.toContain(password);
      expect(text).not.toContain('t0p-s3cret');
    }
    expect(await thingsOf(result.run)).toEqual([]);
  });
});
