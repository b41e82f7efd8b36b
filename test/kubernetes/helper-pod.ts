// A Pod of a test's own that does one thing with volumes, and goes.

import { kubectl, until } from './kubectl.ts';

export interface HelperPod {
  readonly image: string;
  /** Line of a shell; `/volume` is the volume. */
  readonly command: string;
  /** What the volume is of, as in a Pod. */
  readonly volume: object;
  /** The Kubernetes node that runs it. */
  readonly node?: string;
  /** As root, and so not where the restricted standard is enforced. */
  readonly isRoot?: boolean;
}

const restricted = {
  ...{ runAsNonRoot: true, runAsUser: 65_532, runAsGroup: 65_532, fsGroup: 65_532 },
  seccompProfile: { type: 'RuntimeDefault' },
};

/** Runs it to its end. Throws what it said when it failed. */
export async function runHelperPod(namespace: string, helper: HelperPod): Promise<void> {
  const { image, command, volume, node, isRoot } = helper;
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'helper' },
    spec: {
      restartPolicy: 'Never',
      nodeName: node,
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
  try {
    const phase = await until(
      async () => {
        const found = await kubectl(namespace, ['get', 'pod', 'helper', '-o', 'jsonpath={.status.phase}']);
        return ['Succeeded', 'Failed'].includes(found) ? found : undefined;
      },
      { explain: () => kubectl(namespace, ['describe', 'pod', 'helper']) },
    );
    if (phase === 'Failed') throw new Error(await kubectl(namespace, ['logs', 'helper']));
  } finally {
    await kubectl(namespace, ['delete', 'pod', 'helper', '--grace-period=1']);
  }
}
