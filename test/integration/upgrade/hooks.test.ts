// What a site adds to a run: hooks around steps, an address that is told the result, a host that goes first.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Snapshot, startCluster, type TestCluster } from '../../support/cluster.ts';
import { docker } from '../../support/docker.ts';
import { threeHosts } from '../../support/hosts.ts';
import { expectNew, expectOld } from '../../support/oracle.ts';

describe('hooks, NOTIFY_URL and CANARY_HOST', () => {
  let cluster: TestCluster;
  let before: Snapshot;

  beforeAll(async () => {
    cluster = await startCluster({ hosts: threeHosts });
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    await cluster.reset();
    before = await cluster.snapshot();
  });

  const log = () => readFile(join(cluster.stateDir, 'log'), 'utf8');
  const write = 'echo "$EGGROLL_UPGRADE_STEP $EGGROLL_UPGRADE_MOMENT $EGGROLL_UPGRADE_DIRECTION" >>/state/log';

  it('runs hooks around steps, with the facts of the run and without secrets', async () => {
    const env = {
      HOOK_STOP_SERVICES_BEFORE: `${write}; echo draining`,
      HOOK_START_SERVICES_AFTER: `${write}; env | sort >>/state/log`,
      HOOK_PURGE_BEFORE: write,
      HOOK_PURGE_AFTER: write,
      SSH_PASSPHRASE: 'never-to-be-shown',
    };
    const { result, events } = await cluster.job('upgrade', { env });
    expect(result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await expectNew(cluster, before);
    const text = await log();
    // Nothing is purged, so nothing comes before it; but it is done.
    expect(text.split('\n').slice(0, 3)).toEqual([
      'stop-services before forward',
      'purge after forward',
      'start-services after forward',
    ]);
    expect(text).toContain(`EGGROLL_UPGRADE_RUN=${result.run}\n`);
    expect(text).toContain('EGGROLL_UPGRADE_FROM=2.0.2\n');
    expect(text).toContain('EGGROLL_UPGRADE_TO=2.2.1\n');
    expect(text).toContain('EGGROLL_UPGRADE_HOSTS=nm1 nm2 rs1\n');
    expect(text).not.toContain('never-to-be-shown');
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'hook', step: 'stop-services', moment: 'before', message: 'draining' }),
    );
  });

  it('puts everything back when a hook fails, and minds no hook on the way back', async () => {
    const env = {
      HOOK_MIGRATE_AFTER: 'echo the balancer is gone >&2; [ "$EGGROLL_UPGRADE_DIRECTION" = back ] && exit 3; exit 4',
      HOOK_SWITCH_BEFORE: write,
    };
    const { result, events } = await cluster.job('upgrade', { env });
    expect(result).toMatchObject({ outcome: 'rolled-back', exitCode: 10, findings: [{ code: 'HOOK_FAILED' }] });
    expect(result.findings[0]).toMatchObject({ where: 'HOOK_MIGRATE_AFTER', found: 'The command ended with 4.' });
    expect(events).toContainEqual(expect.objectContaining({ type: 'hook', message: 'the balancer is gone' }));
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'warning', message: expect.stringContaining('The command ended with 3.') }),
    );
    expect((await log()).trim().split('\n')).toEqual(['switch before forward', 'switch before back']);
    await expectOld(cluster, before);
  });

  it('ends a hook that is at work when the run is asked to stop', async () => {
    const job = cluster.start('upgrade', { env: { HOOK_STAGE_BEFORE: 'echo waiting; sleep 600' } }, ({ message }) => {
      if (message === 'waiting') void docker(['kill', '--signal=TERM', job.name]);
    });
    const { exitCode, result } = await job.ended;
    expect(exitCode).toBe(75);
    expect(result).toMatchObject({ outcome: 'interrupted', findings: [{ code: 'INTERRUPTED' }] });
    expect((await cluster.job('recover')).exitCode).toBe(0);
    await expectOld(cluster, before);
  });

  it('refuses hooks, addresses and canaries that cannot be', async () => {
    const env = { HOOK_STOP_BEFORE: 'x', NOTIFY_URL: 'ftp://secret-token', CANARY_HOST: 'nm9' };
    const { result, stdout } = await cluster.job('upgrade', { env });
    expect(result.exitCode).toBe(78);
    expect(result.findings.map(({ where }) => where)).toEqual(['HOOK_STOP_BEFORE', 'NOTIFY_URL', 'CANARY_HOST']);
    expect(stdout).not.toContain('secret-token');
  });

  it('posts the result, and minds no address that does not answer', async () => {
    const posted: { readonly body: string; readonly path: string }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        posted.push({ body, path: request.url ?? '' });
        response.end();
      });
    }).listen(0, '0.0.0.0');
    const { stdout } = await docker([
      'network',
      'inspect',
      '--format',
      '{{(index .IPAM.Config 0).Gateway}}',
      cluster.network,
    ]);
    const address = `http://${stdout.trim()}:${(server.address() as AddressInfo).port}`;
    try {
      const { result } = await cluster.job('recover', { env: { NOTIFY_URL: `${address}/a-token` } });
      expect(posted.map(({ path }) => path)).toEqual(['/a-token']);
      expect(JSON.parse(posted[0]?.body ?? '')).toMatchObject({
        type: 'result',
        command: 'recover',
        message: result.message,
      });
    } finally {
      server.close();
    }
    const {
      exitCode,
      events,
      stdout: output,
    } = await cluster.job('recover', { env: { NOTIFY_URL: `${address}/a-token` } });
    expect(exitCode).toBe(0);
    expect(events.at(-2)).toMatchObject({
      type: 'warning',
      message: expect.stringMatching(/NOTIFY_URL: it failed with/),
    });
    expect(output).not.toContain('a-token');
  });

  it('touches no other node when the canary fails', async () => {
    await cluster.exec('nm2', 'mv /usr/bin/tar /usr/bin/tar.away && ln -s /bin/false /usr/bin/tar');
    try {
      const { result, events } = await cluster.job('upgrade', { env: { CANARY_HOST: 'nm2' } });
      expect(result).toMatchObject({
        outcome: 'failed',
        exitCode: 10,
        findings: [{ code: 'NODE_FAILED', where: 'nm2' }],
      });
      const staged = events.flatMap(({ type, where, what }) =>
        type === 'change' && String(what).startsWith('stage-') ? [where] : [],
      );
      expect(new Set(staged)).toEqual(new Set(['nm2']));
      await expectOld(cluster, before);
    } finally {
      await cluster.exec('nm2', 'mv -f /usr/bin/tar.away /usr/bin/tar');
    }
    const { events, exitCode } = await cluster.job('upgrade', { env: { CANARY_HOST: 'nm2' } });
    expect(exitCode).toBe(0);
    for (const step of ['stage', 'switch']) {
      const order = events.flatMap((event) =>
        event['type'] === 'node-done' && event['step'] === step ? [event['host']] : [],
      );
      expect(order[0]).toBe('nm2');
    }
    await expectNew(cluster, before);
  });
});
