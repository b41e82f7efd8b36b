// A Pod of a test's own that does one thing with volumes, and goes.

import { kubectl, type PodObject, until } from './kubectl.ts';

export interface HelperPod {
  readonly image: string;
  /** Line of a shell; `/volume` is the volume. */
  readonly command: string;
  /** What the volume is of, as in a Pod. */
  readonly volume: object;
  /** As root, and so not where the restricted standard is enforced. */
  readonly isRoot?: boolean;
}

const restricted = {
  ...{ runAsNonRoot: true, runAsUser: 65_532, runAsGroup: 65_532, fsGroup: 65_532 },
  seccompProfile: { type: 'RuntimeDefault' },
};

/** Runs it to its end; gives the Kubernetes node where it was. Throws what it said when it failed. */
export async function runHelperPod(namespace: string, { image, command, volume, isRoot }: HelperPod): Promise<string> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'helper' },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext: isRoot ? { runAsUser: 0 } : restricted,
      containers: [
        {
          ...{ name: 'helper', image, imagePullPolicy: 'IfNotPresent', command: ['sh', '-ec', command] },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: isRoot ? [] : ['ALL'] } },
          volumeMounts: [{ name: 'volume', mountPath: '/volume' }],
        },
      ],
      volumes: [{ name: 'volume', ...volume }],
    },
  };
  await kubectl(namespace, ['apply', '-f', '-'], JSON.stringify(pod));
  const look = async () => JSON.parse(await kubectl(namespace, ['get', 'pod', 'helper', '-o', 'json']));
  const isOver = ({ status: { phase } }: PodObject) => phase === 'Succeeded' || phase === 'Failed';
  const { status, spec } = await until(async () => look().then((found) => (isOver(found) ? found : undefined)), {
    explain: () => kubectl(namespace, ['describe', 'pod', 'helper']),
  });
  const said = await kubectl(namespace, ['logs', 'helper']);
  await kubectl(namespace, ['delete', 'pod', 'helper']);
  if (status.phase === 'Failed') throw new Error(said);
  return spec.nodeName;
}
