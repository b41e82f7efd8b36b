// The chart through helm, as its users render it.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type Outcome, run } from '../support/docker.ts';

const root = join(import.meta.dirname, '..', '..');
export const chart = join(root, 'helm', 'eggroll-upgrade');
const ci = join(chart, 'ci');

/** Every way of giving the package and secrets that the chart shows: name and file. */
export const cases: readonly { readonly name: string; readonly file: string }[] = readdirSync(ci).map((name) => ({
  name,
  file: join(ci, name),
}));

interface Container {
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly envFrom: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly securityContext: object;
}

interface PodSpec {
  readonly restartPolicy: string;
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: object;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly [Container];
  readonly volumes: readonly Volume[];
}

type Volume = Readonly<Record<string, unknown>> & {
  readonly name: string;
  readonly secret?: { readonly items: readonly { readonly path: string }[] };
};

/** What tests read of specifications, of whatever kind. */
interface Spec extends PodSpec {
  readonly template: {
    readonly metadata: { readonly annotations: object; readonly labels: object };
    readonly spec: PodSpec;
  };
  readonly podFailurePolicy: { readonly rules: readonly object[] };
  readonly egress: readonly object[];
  readonly storageClassName?: string;
}

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Spec;
  readonly data?: Readonly<Record<string, string>>;
}

/** The values file of the case whose name begins so. */
export function valuesOf(name: string): string {
  const found = cases.find((one) => one.name.startsWith(name));
  if (!found) throw new Error(`There is no case ${name}.`);
  return found.file;
}

export function helm(...args: readonly string[]): Promise<Outcome> {
  return run('helm', args);
}

/** All objects of a rendering. Throws what helm says when it refuses. */
export function render(file: string, ...more: readonly string[]): Promise<KubernetesObject[]> {
  return renderAs('r', file, ...more);
}

/** The same for a release of another name. */
export async function renderAs(release: string, file: string, ...more: readonly string[]): Promise<KubernetesObject[]> {
  const { exitCode, stdout, stderr } = await helm('template', release, chart, '--values', file, ...more);
  if (exitCode !== 0) throw new Error(stderr);
  // Helm reads YAML 1.1, which takes more words for something else than a text: on, no, 1e5, 2026-11-27.
  return parseAllDocuments(stdout, { version: '1.1' }).flatMap((document) => {
    const object = document.toJS() as KubernetesObject | null;
    return object ? [object] : [];
  });
}

/** What helm tells after an installation into the namespace `site`. */
export async function notesOf(file: string, ...more: readonly string[]): Promise<string> {
  const args = ['install', 'r', chart, '--values', file, '--dry-run=client', '--namespace', 'site', ...more];
  const { exitCode, stdout, stderr } = await helm(...args);
  if (exitCode !== 0) throw new Error(stderr);
  return stdout.slice(stdout.indexOf('NOTES:'));
}

export function ofKind(objects: readonly KubernetesObject[], kind: string): KubernetesObject {
  const found = objects.find((object) => object.kind === kind);
  if (!found) throw new Error(`There is no ${kind}.`);
  return found;
}

/** The specifications of Pods in a rendering: that of the Job and that of `helm test`. */
export function podSpecs(objects: readonly KubernetesObject[]): PodSpec[] {
  return objects.flatMap(({ kind, spec }) => (kind === 'Job' ? [spec.template.spec] : kind === 'Pod' ? [spec] : []));
}
