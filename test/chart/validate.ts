// Objects against the schemas of Kubernetes.

import { Job } from 'kubernetes-models/batch/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { ConfigMap, PersistentVolumeClaim, Pod, Secret } from 'kubernetes-models/v1';
import { expect } from 'vitest';
import type { KubernetesObject } from './helm.ts';

const kinds = { ConfigMap, Job, NetworkPolicy, PersistentVolumeClaim, Pod, Secret };

// A DNS subdomain (RFC 1123), which the schemas do not ask for.
const objectName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Fails on a value that Kubernetes would not take. */
export function validate(object: KubernetesObject): void {
  const Kind = kinds[object.kind as keyof typeof kinds] as unknown as new (
    data: object,
  ) => { validate(): void; apiVersion: string };
  if (!Kind) throw new Error(`The chart is not expected to have a ${object.kind}.`);
  const model = new Kind(object);
  expect(model.apiVersion).toBe(object.apiVersion);
  model.validate();
  expect(object.metadata.name).toMatch(objectName);
  expect(object.metadata.name.length).toBeLessThanOrEqual(63);
}
