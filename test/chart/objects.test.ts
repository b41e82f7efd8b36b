// The chart's objects for every way of giving the package and secrets, on old and new clusters.

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { finalExitCodes } from '../../src/engine/catalogue.ts';
import { cases, chart, helm, ofKind, podSpecs, render, valuesOf } from './helm.ts';
import { unknownFields } from './unknown-fields.ts';
import { validate } from './validate.ts';

const clusters = ['1.20.0', '1.25.16', '1.26.0', '1.31.0', '1.35.0'];

describe.each(cases)('$name', ({ file }) => {
  it('passes helm lint --strict', async () => {
    const { exitCode, stdout, stderr } = await helm('lint', '--strict', chart, '--values', file);
    expect({ exitCode, stderr }, stdout).toEqual({ exitCode: 0, stderr: '' });
  });

  it('is valid by the schemas of Kubernetes, and has no field that they lack', async () => {
    const renderings = await Promise.all(clusters.map((version) => render(file, '--kube-version', version)));
    for (const objects of renderings) {
      expect(objects.map(({ kind }) => kind)).toContain('Job');
      for (const object of objects) validate(object);
    }
    expect(unknownFields(renderings.flat())).toEqual([]);
  });

  it('names and labels its objects as Kubernetes recommends', async () => {
    for (const { metadata } of await render(file, '--namespace', 'site')) {
      expect(metadata.name.length).toBeLessThanOrEqual(63);
      expect(metadata).toMatchObject({
        namespace: 'site',
        labels: {
          'app.kubernetes.io/name': 'eggroll-upgrade',
          'app.kubernetes.io/instance': 'r',
          'app.kubernetes.io/managed-by': 'Helm',
          'app.kubernetes.io/part-of': 'eggroll',
        },
      });
    }
  });

  it('is held to the restricted Pod Security Standard, but for a folder of the Kubernetes node', async () => {
    const restricted = ['configMap', 'projected', 'secret', 'emptyDir', 'persistentVolumeClaim', 'image'];
    const allowed = file.includes('host-path') ? [...restricted, 'hostPath'] : restricted;
    for (const pod of podSpecs(await render(file))) {
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: expect.toSatisfy((id: number) => id > 0),
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod).not.toHaveProperty('hostNetwork');
      expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
      for (const container of [...(pod.initContainers ?? []), ...pod.containers]) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
      for (const volume of pod.volumes) {
        const [source] = Object.keys(volume).filter((key) => key !== 'name');
        expect(allowed).toContain(source);
      }
    }
  });

  it('gives secrets as files only', async () => {
    const objects = await render(file);
    const secrets = objects.filter(({ kind }) => kind === 'Secret');
    const texts = secrets.flatMap(({ data = {} }) => Object.values(data).map((value) => atob(value).trim()));
    const others = JSON.stringify(objects.filter(({ kind }) => kind !== 'Secret'));
    for (const text of texts) if (!/^10\./.test(text)) expect(others).not.toContain(text);
    for (const pod of podSpecs(objects)) {
      for (const { name, valueFrom } of pod.containers[0].env) {
        expect(valueFrom).toBeUndefined();
        expect(name).toMatch(/_FILE$/);
      }
    }
  });

  it('mounts what it names, and every volume is mounted', async () => {
    const objects = await render(file);
    const made = new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
    for (const pod of podSpecs(objects)) {
      const mounted = [...(pod.initContainers ?? []), ...pod.containers].flatMap(({ volumeMounts }) => volumeMounts);
      const volumes = pod.volumes.map(({ name }) => name);
      expect(new Set(mounted.map(({ name }) => name))).toEqual(new Set(volumes));
      for (const { configMapRef } of pod.containers[0].envFrom)
        expect(made).toContain(`ConfigMap/${configMapRef.name}`);
    }
  });
});

it('a field that Kubernetes lacks is found', async () => {
  const [first] = cases;
  const job = ofKind(await render(first?.file ?? ''), 'Job');
  const pod = { ...job.spec.template.spec, nodeSelektor: {} };
  const wrong = { ...job, spec: { ...job.spec, template: { ...job.spec.template, spec: pod } } };
  expect(unknownFields([wrong])).toEqual([
    expect.stringContaining("'\"nodeSelektor\"' does not exist in type 'IPodSpec'"),
  ]);
});

describe('the Job', () => {
  const file = valuesOf('claim');

  it('runs once, and tells from Kubernetes 1.26 on which ends another Pod would not change', async () => {
    const { spec, metadata } = ofKind(await render(file, '--kube-version', '1.26.0'), 'Job');
    expect(spec).toMatchObject({ parallelism: 1, completions: 1, backoffLimit: 4 });
    expect(spec.template.spec.restartPolicy).toBe('Never');
    const [fail, ignore] = spec.podFailurePolicy.rules;
    expect(fail).toMatchObject({ action: 'FailJob', onExitCodes: { operator: 'In', values: finalExitCodes } });
    expect(ignore).toEqual({ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] });
    expect(metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'keep' });
  });

  it('lets its tries know each other on clusters before 1.26, and no Job that is made again under its name', async () => {
    const objects = await render(file, '--kube-version', '1.25.16');
    const { spec } = ofKind(objects, 'Job');
    expect(spec).not.toHaveProperty('podFailurePolicy');
    const label = (name: string) => ({ fieldRef: { fieldPath: `metadata.labels['${name}']` } });
    expect(spec.template.spec.containers[0].env.slice(-3)).toEqual([
      { name: 'JOB_NAME', valueFrom: label('job-name') },
      { name: 'JOB_UID', valueFrom: label('controller-uid') },
      { name: 'RETRY_OF', value: '$(JOB_NAME)-$(JOB_UID)' },
    ]);
    expect(JSON.stringify(ofKind(objects, 'Pod'))).not.toContain('RETRY_OF');
  });

  it('has no deadline when none is wanted', async () => {
    const objects = await render(file, '--set', 'job.activeDeadlineSeconds=null');
    expect(ofKind(objects, 'Job').spec).not.toHaveProperty('activeDeadlineSeconds');
    expect(ofKind(objects, 'Pod').spec).not.toHaveProperty('activeDeadlineSeconds');
  });

  it('has annotations and labels once where the values name them too', async () => {
    const sets = [
      ...['podAnnotations.karpenter\\.sh/do-not-disrupt=false', 'job.annotations.helm\\.sh/resource-policy=own'],
      ...['podLabels.app\\.kubernetes\\.io/name=own', 'job.labels.app\\.kubernetes\\.io/name=own'],
    ];
    const { metadata, spec } = ofKind(await render(file, '--set-string', sets.join(',')), 'Job');
    expect(metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'own' });
    expect(spec.template.metadata.annotations).toMatchObject({ 'karpenter.sh/do-not-disrupt': 'false' });
    // By this one the Pods are found.
    const ours = { 'app.kubernetes.io/name': 'eggroll-upgrade' };
    expect(metadata.labels).toMatchObject(ours);
    expect(spec.template.metadata.labels).toMatchObject(ours);
  });

  it('has annotations and labels for all objects, but Pods, and its own before them', async () => {
    const sets = [
      ...['commonAnnotations.x/of-all=1', 'commonAnnotations.x/of-job=all', 'job.annotations.x/of-job=job'],
      ...['commonLabels.x/of-all=1', 'commonLabels.x/of-job=all', 'job.labels.x/of-job=job'],
      ...[
        'commonAnnotations.x/empty=all',
        'job.annotations.x/empty=',
        'commonLabels.x/empty=all',
        'job.labels.x/empty=',
      ],
      ...['commonAnnotations.helm\\.sh/resource-policy=all', 'commonLabels.app\\.kubernetes\\.io/name=all'],
    ];
    const own = ['database.existingSecret=', 'database.password=x'];
    const objects = await render(valuesOf('url'), '--set-string', [...own, ...sets].join(','));
    for (const object of objects) validate(object);
    const [pods, others] = [objects.filter(({ kind }) => kind === 'Pod'), objects.filter(({ kind }) => kind !== 'Pod')];
    expect(others.map(({ kind }) => kind).sort()).toEqual(
      ['ConfigMap', 'ConfigMap', 'Job', 'NetworkPolicy', 'PersistentVolumeClaim', 'Secret'].sort(),
    );
    for (const { kind, metadata } of others) {
      const ofJob = kind === 'Job' ? 'job' : 'all';
      expect(metadata.annotations).toMatchObject({ 'x/of-all': '1', 'x/of-job': ofJob });
      expect(metadata.annotations).toHaveProperty(['helm.sh/resource-policy'], 'all');
      expect(metadata.labels).toMatchObject({ 'x/of-all': '1', 'x/of-job': ofJob });
      const empty = kind === 'Job' ? '' : 'all';
      expect([metadata.annotations?.['x/empty'], metadata.labels['x/empty']]).toEqual([empty, empty]);
      expect(metadata.labels).toHaveProperty(['app.kubernetes.io/name'], 'eggroll-upgrade');
    }
    const inPods = [...pods, ofKind(objects, 'Job').spec.template].map(({ metadata }) => metadata);
    expect(JSON.stringify(inPods)).not.toContain('x/of-');
    const without = ofKind(await render(valuesOf('url'), '--set-string', own.join(',')), 'Job');
    expect(ofKind(objects, 'Job').metadata.name).toBe(without.metadata.name);
  });

  it('gives a run the time to come to a safe point, and is not evicted for tidiness', async () => {
    const { spec } = ofKind(await render(file), 'Job');
    expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(10);
    expect(spec.template.metadata.annotations).toMatchObject({
      'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
      'karpenter.sh/do-not-disrupt': 'true',
    });
  });

  const nameOf = async (...more: string[]) => ofKind(await render(file, ...more), 'Job').metadata.name;

  it('has another name when it would do something else, and the same when not', async () => {
    const name = await nameOf();
    expect(name).toMatch(/^r-eggroll-upgrade-upgrade-[0-9a-f]{10}$/);
    expect(await nameOf('--set', 'job.labels.team=a', '--set', 'networkPolicy.enabled=true')).toBe(name);
    const tries = 'job.backoffLimit=9,job.activeDeadlineSeconds=60,job.ttlSecondsAfterFinished=60';
    expect(await nameOf('--set', tries)).toBe(name);
    const others = await Promise.all([
      nameOf('--set', 'action=recover'),
      nameOf('--set', 'package.path=eggroll-2.5.3.tar.gz'),
      nameOf('--set', 'database.host=10.0.0.8'),
      nameOf('--set', 'env.CONCURRENCY=3'),
      nameOf('--set', 'run=2'),
      nameOf('--set', 'image.tag=0.2.0'),
      nameOf('--set', 'lists.existingConfigMap=', '--set', 'lists.nmIpList=10.0.0.1'),
    ]);
    expect(new Set([name, ...others]).size).toBe(others.length + 1);
  });

  it.each(['2', '20261127', '123456789012'])(
    'has one name for the run %s, however helm holds the number',
    async (run) => {
      const values = join(await mkdtemp(join(tmpdir(), 'run-')), 'values.yaml');
      // By --set a number is a whole one; from YAML and from the release of before it may have a fraction.
      await writeFile(values, `run: ${run}\n`);
      const names = [nameOf('--set', `run=${run}`), nameOf('--values', values), nameOf('--set-string', `run=${run}`)];
      expect(new Set(await Promise.all(names)).size).toBe(1);
    },
  );

  it('has another name when a secret of the values changes, and shows nothing of it', async () => {
    const made = valuesOf('host-path');
    const jobWith = async (password: string) =>
      ofKind(await render(made, '--set', `database.password=${password}`), 'Job');
    const [one, other] = await Promise.all([jobWith('first-password'), jobWith('second-password')]);
    expect(one.metadata.name).not.toBe(other.metadata.name);
    expect(JSON.stringify(one)).not.toContain('first-password');
  });

  it('goes back without needing the package', async () => {
    const { spec } = ofKind(await render(valuesOf('url'), '--set', 'action=recover'), 'Job');
    const pod = spec.template.spec;
    expect(pod).not.toHaveProperty('initContainers');
    expect(pod.volumes.map(({ name }) => name)).not.toContain('package');
  });
});

describe('the package', () => {
  it('from an image is an image volume where the cluster has them, and a copy elsewhere', async () => {
    const file = valuesOf('image');
    const onNew = ofKind(await render(file, '--kube-version', '1.35.0'), 'Job').spec.template.spec;
    expect(onNew.volumes).toContainEqual({
      name: 'package',
      image: { reference: 'registry.example.org/eggroll-package:2.2.1', pullPolicy: 'IfNotPresent' },
    });
    const onOld = ofKind(await render(file, '--kube-version', '1.34.0'), 'Job').spec.template.spec;
    expect(onOld.initContainers?.[0]).toMatchObject({ command: ['cp', '-Rp', '--', '/eggroll', '/package/'] });
    expect(onOld.volumes).toContainEqual({ name: 'package', emptyDir: { sizeLimit: '8Gi' } });
  });

  it.each(['eggroll', './eggroll/', '/eggroll'])(
    'from an image lies at %s below its root, either way',
    async (path) => {
      const set = ['--set', `package.path=${path}`];
      const [mounted, copied] = await Promise.all(
        ['1.35.0', '1.34.0'].map((version) => render(valuesOf('image'), ...set, '--kube-version', version)),
      );
      for (const objects of [mounted, copied])
        expect(JSON.stringify(objects)).toContain('"PKG_BASE_PATH":"/package/eggroll"');
      const [init] = ofKind(copied ?? [], 'Job').spec.template.spec.initContainers ?? [];
      expect(init?.command).toContain('/eggroll');
    },
  );

  it('from an address is fetched with its digest', async () => {
    const { spec } = ofKind(await render(valuesOf('url'), '--set', 'action=upgrade'), 'Job');
    const [init] = spec.template.spec.initContainers ?? [];
    expect(init?.command.at(-1)).toBe('/app/dist/fetch-package.js');
    expect(init?.args).toEqual([
      'https://files.example.org/eggroll-2.2.1.tar.gz',
      expect.stringMatching(/^[0-9a-f]{64}$/),
      '/package/package.tar.gz',
    ]);
  });

  it('from an address may have its digest with the name of the hash before it', async () => {
    const argsWith = async (digest: string) => {
      const sets = ['--set', 'action=upgrade', '--set', `package.sha256=${digest}`];
      const { spec } = ofKind(await render(valuesOf('url'), ...sets), 'Job');
      return spec.template.spec.initContainers?.[0]?.args;
    };
    const digest = 'ab'.repeat(32);
    expect(await argsWith(`sha256:${digest}`)).toEqual(await argsWith(digest));
  });
});

describe('the state', () => {
  it('is a claim that outlives the release', async () => {
    const claim = ofKind(await render(valuesOf('url')), 'PersistentVolumeClaim');
    expect(claim.metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'keep' });
    expect(claim.spec).toMatchObject({ storageClassName: 'fast', accessModes: ['ReadWriteMany'] });
    const none = ofKind(await render(valuesOf('url'), '--set', 'state.storageClassName=-'), 'PersistentVolumeClaim');
    expect(none.spec.storageClassName).toBe('');
  });
});
