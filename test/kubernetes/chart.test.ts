// The chart in a real Kubernetes cluster, against simulated nodes and a database beside it.

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { finalExitCodes } from '../../src/engine/catalogue.ts';
import { chart } from '../chart/helm.ts';
import { type Snapshot, startCluster, type TestCluster } from '../support/cluster.ts';
import { docker, pauseContainer, run, unpauseContainer } from '../support/docker.ts';
import { threeHosts } from '../support/hosts.ts';
import { expectNew, expectOld } from '../support/oracle.ts';
import { followGuide } from './guide.ts';
import { runHelperPod } from './helper-pod.ts';
import { jobsIn, kubectl, type PodObject, podsOf, until } from './kubectl.ts';
import { buildPackageImage } from './package-image.ts';
import { newRelease, type Release, serveFolder } from './release.ts';

const followLog = /^until kubectl .* logs -f .*$/m;
const waitForTheEnd = /^ *kubectl .* wait --for=jsonpath=.*$/m;
const fetchReports = /^kubectl .* apply -f - <<END$[\s\S]*/m;

describe('the chart', () => {
  const image = `eggroll-upgrade-test-package:${randomUUID().slice(0, 8)}`;
  let cluster: TestCluster;
  let before: Snapshot;
  let release: Release | undefined;
  let knowsExitCodes: boolean;

  beforeAll(async () => {
    cluster = await startCluster({ hosts: threeHosts });
    await buildPackageImage(join(cluster.dir, 'package'), image);
    const { serverVersion } = JSON.parse((await run('kubectl', ['version', '-o', 'json'])).stdout);
    knowsExitCodes = Number.parseInt(serverVersion.minor, 10) >= 26;
  });
  afterAll(async () => {
    await cluster.stop();
    await docker(['image', 'rm', '--force', image]);
  });
  beforeEach(async () => {
    await cluster.reset();
    before = await cluster.snapshot();
  });
  afterEach(() => release?.remove());

  async function install(values: object = {}): Promise<Release> {
    const fromImage = { image: { reference: image, mount: 'copy' }, path: '/eggroll' };
    release = await newRelease(cluster, { package: fromImage, ...values });
    return release;
  }

  it('plans, upgrades, goes back, and leaves each Job as a record', async () => {
    const { apply, ended, resultOf, helm, namespace, tryApply } = await install();
    const planned = await apply();
    expect(await ended(planned)).toBe('Complete');
    expect(await resultOf(planned)).toMatchObject({ command: 'plan', outcome: 'succeeded', exitCode: 0 });
    await expectOld(cluster, before);

    const upgraded = await apply({ action: 'upgrade' });
    const here = { namespace, job: upgraded, folder: cluster.dir };
    expect(await followGuide(followLog, here)).toContain('"type":"result"');
    await followGuide(waitForTheEnd, here);
    expect(await ended(upgraded)).toBe('Complete');
    expect(await resultOf(upgraded)).toMatchObject({ command: 'upgrade', outcome: 'succeeded', exitCode: 0 });
    await expectNew(cluster, before);
    const again = await helm('upgrade', 'r', chart, '--reuse-values', '--set', 'action=plan');
    expect(again.stdout).toContain(`The Job ${planned} is over (Complete)`);
    expect(await apply({ action: 'upgrade' })).toBe(upgraded);

    const test = await helm('test', 'r', '--timeout', '5m');
    expect(test, test.stderr).toMatchObject({ exitCode: 0 });

    const recovered = await apply({ action: 'recover' });
    await ended(recovered);
    const { run: id, ...result } = await resultOf(recovered);
    expect(result).toMatchObject({ command: 'recover', outcome: 'succeeded', exitCode: 0 });
    await expectOld(cluster, before);
    await followGuide(fetchReports, here);
    const files = await readdir(join(cluster.dir, 'runs', id));
    expect(files).toEqual(expect.arrayContaining(['report.html', 'report-recover.html', 'result.json']));

    const refused = await tryApply({ action: 'upgrade' });
    expect(refused.stderr).toContain(`This was done before, by the Job ${upgraded}`);
    const names = (await jobsIn(namespace)).map(({ metadata }) => metadata.name);
    expect(names.sort()).toEqual([planned, upgraded, recovered].sort());
  });

  it('keeps the state when it is uninstalled, and goes back with it', async () => {
    const { apply, ended, resultOf, helm, namespace } = await install({ action: 'upgrade' });
    const upgraded = await apply();
    await ended(upgraded);
    expect(await resultOf(upgraded)).toMatchObject({ outcome: 'succeeded' });
    expect(await helm('uninstall', 'r', '--wait')).toMatchObject({ exitCode: 0 });
    expect(await kubectl(namespace, ['get', 'pvc', '-o', 'name'])).toContain(
      'persistentvolumeclaim/r-eggroll-upgrade-state',
    );
    expect((await jobsIn(namespace)).map(({ metadata }) => metadata.name)).toEqual([upgraded]);
    expect(await kubectl(namespace, ['get', 'secrets', '-o', 'name'])).not.toContain('eggroll-upgrade-secrets');

    const recovered = await apply({ action: 'recover' });
    await ended(recovered);
    expect(await resultOf(recovered)).toMatchObject({ command: 'recover', outcome: 'succeeded', exitCode: 0 });
    await expectOld(cluster, before);
  });

  /** Waits in a hook, so that a test can get ready for what comes then; once it may go on, it may do so for good. */
  const hold = (moment: string) => `echo held at ${moment}; until [ -e /state/go-${moment} ]; do sleep 0.2; done`;

  async function heldPod({ namespace }: Release, job: string, moment: string): Promise<PodObject> {
    return until(
      async () => {
        const [pod] = await podsOf(namespace, job);
        if (!pod) return undefined;
        const { stdout } = await run('kubectl', ['--namespace', namespace, 'logs', pod.metadata.name]);
        return stdout.includes(`held at ${moment}`) ? pod : undefined;
      },
      { explain: async () => kubectl(namespace, ['logs', '-l', `job-name=${job}`, '--tail=30']) },
    );
  }

  const letGo = ({ namespace }: Release, pod: PodObject, moment: string) =>
    kubectl(namespace, ['exec', pod.metadata.name, '-c', 'eggroll-upgrade', '--', 'touch', `/state/go-${moment}`]);

  const onceOnNode = (one: Release, pod: PodObject, host: string, reached: string) =>
    until(async () => ((await cluster.exec(host, reached)).exitCode === 0 ? true : undefined), {
      pauseMs: 50,
      explain: async () => kubectl(one.namespace, ['logs', pod.metadata.name, '--tail=30']),
    });

  async function expectFinishedByTheNext(one: Release, job: string, first: PodObject): Promise<void> {
    expect(await one.ended(job)).toBe('Complete');
    expect(await one.resultOf(job)).toMatchObject({ command: 'upgrade', outcome: 'succeeded', exitCode: 0 });
    const pods = await podsOf(one.namespace, job);
    expect(pods.at(-1)?.metadata.name).not.toBe(first.metadata.name);
    await expectNew(cluster, before);
  }

  const runs = () => `${cluster.home}/.eggroll-upgrade/runs`;

  it('finishes what a Pod has begun that is lost in the middle of staging', async () => {
    const one = await install({
      action: 'upgrade',
      env: { OUTPUT: 'json', FANOUT: 'direct', HOOK_STAGE_BEFORE: hold('stage') },
    });
    const job = await one.apply();
    const pod = await heldPod(one, job, 'stage');
    // Meanwhile nothing else can be started.
    expect((await one.tryApply({ action: 'recover' })).stderr).toContain(`The Job ${job} of this release is not over`);
    // With one node frozen, staging cannot end.
    const frozen = cluster.container('nm2').getId();
    await pauseContainer(frozen);
    try {
      await letGo(one, pod, 'stage');
      await onceOnNode(one, pod, 'nm1', `ls ${runs()}/*/staged/lib/*.jar`);
      await kubectl(one.namespace, ['delete', 'pod', pod.metadata.name, '--grace-period=0', '--force']);
    } finally {
      await unpauseContainer(frozen);
    }
    await expectFinishedByTheNext(one, job, pod);
  });

  it('finishes what a Pod has begun that is drained in the middle of the switch', async () => {
    const one = await install({ action: 'upgrade', env: { OUTPUT: 'json', HOOK_SWITCH_BEFORE: hold('switch') } });
    const job = await one.apply();
    const pod = await heldPod(one, job, 'switch');
    // One node does not come to its renames while the other is switched.
    const wait = 'case "$*" in */backup*) until [ -e /tmp/go ]; do sleep 0.1; done ;; esac';
    await cluster.exec(
      'nm2',
      `printf '%s\n' '#!/bin/sh' '${wait}' 'exec /usr/bin/mv "$@"' >/usr/local/bin/mv; chmod 755 /usr/local/bin/mv`,
    );
    try {
      await letGo(one, pod, 'switch');
      await onceOnNode(one, pod, 'nm1', `[ -e ${runs()}/*/backup/bin ]`);
      expect((await cluster.exec('nm2', `[ -e ${runs()}/*/backup/bin ]`)).exitCode).not.toBe(0);
      const left = run('kubectl', ['--namespace', one.namespace, 'logs', '-f', pod.metadata.name]);
      await kubectl(one.namespace, ['delete', 'pod', pod.metadata.name, '--wait=false']);
      await until(
        async () =>
          (await podsOf(one.namespace, job))[0]?.metadata.deletionTimestamp === undefined ? undefined : true,
        { explain: async () => 'The Pod is not being deleted.' },
      );
      await cluster.exec('nm2', 'sleep 1; touch /tmp/go');
      expect((await left).stdout).toContain('SIGTERM');
    } finally {
      await cluster.exec('nm2', 'touch /tmp/go; rm -f /usr/local/bin/mv /tmp/go');
    }
    await expectFinishedByTheNext(one, job, pod);
  });

  it('fetches the package by its address, and refuses another one', async () => {
    const folder = join(cluster.dir, 'served');
    await mkdir(folder);
    const archive = join(folder, 'eggroll.tar.gz');
    expect(await run('tar', ['-czf', archive, '-C', join(cluster.dir, 'package'), '.'])).toMatchObject({ exitCode: 0 });
    const sha256 = createHash('sha256')
      .update(await readFile(archive))
      .digest('hex');
    const server = await serveFolder(folder);
    try {
      const url = `${server.address}/eggroll.tar.gz`;
      const one = await install({ package: { url, sha256 }, job: { backoffLimit: 1 } });
      const planned = await one.apply();
      await one.ended(planned);
      expect(await one.resultOf(planned)).toMatchObject({ command: 'plan', outcome: 'succeeded', exitCode: 0 });

      const refused = await one.apply({ package: { sha256: '0'.repeat(64) } });
      expect(await one.ended(refused)).toBe('Failed');
      const [pod] = await podsOf(one.namespace, refused);
      const path = '{.status.initContainerStatuses[0].state.terminated.message}';
      const text = await kubectl(one.namespace, ['get', 'pod', pod?.metadata.name ?? '', '-o', `jsonpath=${path}`]);
      expect(JSON.parse(text)).toMatchObject({ command: 'fetch-package', exitCode: 65 });
      expect(text).toContain(sha256);
    } finally {
      await server.stop();
    }
  });

  async function upgradeAndGoBack({ apply, ended, resultOf, namespace }: Release, values: object): Promise<void> {
    const upgraded = await apply({ ...values, action: 'upgrade' });
    await ended(upgraded);
    expect(await resultOf(upgraded)).toMatchObject({ command: 'upgrade', outcome: 'succeeded', exitCode: 0 });
    await expectNew(cluster, before);
    const recovered = await apply({ ...values, action: 'recover' });
    await ended(recovered);
    expect(await resultOf(recovered)).toMatchObject({ command: 'recover', outcome: 'succeeded', exitCode: 0 });
    await expectOld(cluster, before);
    expect((await jobsIn(namespace)).map(({ status }) => status.failed ?? 0)).toEqual([0, 0]);
  }

  it('takes claims, Secrets and ConfigMaps that are there, and makes none', async () => {
    const one = await install();
    const { namespace } = one;
    const claim = (name: string) => ({
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name } },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    for (const name of ['packages', 'state'])
      await kubectl(namespace, ['apply', '-f', '-'], JSON.stringify(claim(name)));
    const volume = { persistentVolumeClaim: { claimName: 'packages' } };
    await runHelperPod(namespace, { image, command: 'cp -a /eggroll /volume/', volume });
    const fromFile = (kind: string, name: string, files: Readonly<Record<string, string>>) =>
      kubectl(namespace, [
        ...['create', ...kind.split(' '), name],
        ...Object.entries(files).map(([key, file]) => `--from-file=${key}=${join(cluster.dir, file)}`),
      ]);
    await fromFile('secret generic', 'eggroll-ssh', { id: 'secrets/ssh/id', known_hosts: 'secrets/ssh/known_hosts' });
    await fromFile('secret generic', 'eggroll-mysql', { password: 'secrets/mysql' });
    await fromFile('configmap', 'eggroll-hosts', {
      nm_ip_list: 'config/nm_ip_list',
      rs_ip_list: 'config/rs_ip_list',
    });
    await fromFile('configmap', 'eggroll-sql', { 'mysql_file.sql': 'config/mysql_file.sql' });
    await upgradeAndGoBack(one, {
      lists: { existingConfigMap: 'eggroll-hosts', nmIpList: '', rsIpList: '' },
      ssh: { existingSecret: 'eggroll-ssh', privateKey: '', knownHosts: '' },
      database: { existingSecret: 'eggroll-mysql', password: '', existingConfigMap: 'eggroll-sql', sql: '' },
      package: { existingClaim: 'packages', path: 'eggroll', image: { reference: '' } },
      state: { existingClaim: 'state' },
    });
    const made = await kubectl(namespace, ['get', 'secrets,configmaps,pvc', '-o', 'name']);
    expect(made).not.toMatch(/-secrets-|-files-|-state$/m);
  });

  it('takes the package from a folder of the Kubernetes node, and goes back without a state of its own', async () => {
    const one = await install();
    const { namespace } = one;
    // Held to the restricted standard, no Pod may have such a volume.
    await kubectl(namespace, [
      ...['label', '--overwrite', 'namespace', namespace],
      'pod-security.kubernetes.io/enforce=privileged',
    ]);
    const folder = `eggroll-upgrade-test-${randomUUID()}`;
    const { items } = JSON.parse(await kubectl(namespace, ['get', 'nodes', '-o', 'json']));
    const [node] = items.filter(({ spec }: { spec: { taints?: unknown } }) => !spec.taints);
    const { name, labels } = node.metadata;
    const pod = { image, volume: { hostPath: { path: '/var/tmp' } }, node: name, isRoot: true };
    try {
      await runHelperPod(namespace, { ...pod, command: `cp -a /eggroll /volume/${folder}` });
      await upgradeAndGoBack(one, {
        package: { hostPath: '/var/tmp', path: folder, image: { reference: '' } },
        state: { emptyDir: true },
        nodeSelector: { 'kubernetes.io/hostname': labels['kubernetes.io/hostname'] },
      });
      expect(await kubectl(namespace, ['get', 'pvc', '-o', 'name'])).toBe('');
    } finally {
      await runHelperPod(namespace, { ...pod, command: `rm -rf /volume/${folder}` });
    }
  });

  it('fails at once with a wrong secret, says what is wrong, and does not try again', async () => {
    const one = await install({ action: 'upgrade', job: { backoffLimit: 1 } });
    const job = await one.apply({ database: { password: 'a-wrong-password' } });
    // The guide's way to wait is not held up by a failure.
    await followGuide(waitForTheEnd, { namespace: one.namespace, folder: cluster.dir });
    expect(await one.ended(job)).toBe('Failed');
    const result = await one.resultOf(job);
    expect(finalExitCodes).toContain(result.exitCode);
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 77 });
    expect(result.message).toContain('Access denied');
    const pods = await podsOf(one.namespace, job);
    expect(pods.length).toBe(knowsExitCodes ? 1 : 2);
    const logs = await Promise.all(pods.map(({ metadata }) => kubectl(one.namespace, ['logs', metadata.name])));
    // A Pod that follows repeats the result, and asks nobody.
    expect(logs.filter((text) => text.includes('"step-started"'))).toHaveLength(1);

    // The same Job, removed and made again, is another one.
    await kubectl(one.namespace, ['delete', 'job', job]);
    expect(await one.apply({ database: { password: 'a-wrong-password' } })).toBe(job);
    expect(await one.ended(job)).toBe('Failed');
    const [first] = await podsOf(one.namespace, job);
    expect(await kubectl(one.namespace, ['logs', first?.metadata.name ?? ''])).toContain('"step-started"');
    await expectOld(cluster, before);
  });
});
