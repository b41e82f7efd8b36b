// Names that a person chooses stay texts, and become names that Kubernetes takes.

import { describe, expect, it } from 'vitest';
import { cases, type KubernetesObject, ofKind, podSpecs, renderAs, valuesOf } from './helm.ts';
import { validate } from './validate.ts';

const policyOn = ['--set', 'networkPolicy.enabled=true'];

// Each is a name for Kubernetes, and a number, a truth value or a date for YAML.
describe.each(['20261127', '1e5', '0x1f', 'on', '2026-11-27'])('the name %s', (name) => {
  it.each(cases)('is a text wherever it stands: $name', async ({ file }) => {
    const sets = `nameOverride=${name},fullnameOverride=${name}`;
    const objects = await renderAs(name, file, '--namespace', name, '--set-string', sets, ...policyOn);
    expect(objects.map(({ kind }) => kind)).toContain('NetworkPolicy');
    for (const object of objects) {
      validate(object);
      expect(object.metadata).toMatchObject({
        namespace: name,
        labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': name },
      });
    }
    expect(labelsOfPods(objects)).toEqual([
      expect.objectContaining({ 'app.kubernetes.io/instance': name }),
      expect.objectContaining({ 'app.kubernetes.io/instance': name }),
    ]);
  });

  it('is a text where it names what exists', async () => {
    const given = [
      ...['lists.existingConfigMap', 'ssh.existingSecret', 'database.existingSecret', 'database.existingConfigMap'],
      ...['package.existingClaim', 'state.existingClaim', 'notify.existingSecret', 'serviceAccountName'],
      ...['ssh.existingSecretKeys.privateKey', 'database.existingSecretKey', 'priorityClassName'],
    ];
    const sets = given.map((value) => `${value}=${name}`).join(',');
    const objects = await renderAs('r', valuesOf('claim'), '--set-string', sets);
    for (const object of objects) validate(object);
    for (const pod of podSpecs(objects)) {
      expect(pod.volumes).toContainEqual({ name: 'state', persistentVolumeClaim: { claimName: name } });
    }
  });
});

describe('a long name', () => {
  const long = 'a'.repeat(39);
  const cut = /^a{31}-[0-9a-f]{8}$/;

  it.each([`${long}.b`, `${long}-b`, `${'a'.repeat(37)}-b.c`])('%s is cut to a name', async (name) => {
    const objects = await renderAs(name, valuesOf('host-path'), ...policyOn);
    for (const object of objects) validate(object);
    expect(objects.length).toBeGreaterThan(4);
  });

  it('that is given is cut the same way', async () => {
    const sets = `fullnameOverride=${long}.b,nameOverride=${long}.b`;
    for (const object of await renderAs('r', valuesOf('host-path'), '--set', sets, ...policyOn)) {
      validate(object);
      expect(object.metadata.labels['app.kubernetes.io/name']).toMatch(cut);
    }
  });

  it('and another one that begins alike stay two', async () => {
    const claims = await Promise.all(
      ['east', 'west'].map(async (end) =>
        ofKind(await renderAs(`${long}-${end}`, valuesOf('host-path')), 'PersistentVolumeClaim'),
      ),
    );
    const [east, west] = claims.map(({ metadata }) => metadata.name);
    expect(east).toMatch(/^a{31}-[0-9a-f]{8}-state$/);
    expect(west).not.toBe(east);
  });
});

function labelsOfPods(objects: readonly KubernetesObject[]) {
  return objects.flatMap(({ kind, metadata, spec }) =>
    kind === 'Job' ? [spec.template.metadata.labels] : kind === 'Pod' ? [metadata.labels] : [],
  );
}
