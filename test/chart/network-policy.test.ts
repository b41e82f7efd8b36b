// Where the network policy lets the Pod go.

import { describe, expect, it } from 'vitest';
import { notesOf, ofKind, render, valuesOf } from './helm.ts';

const to = (port: number, ...cidrs: string[]) => ({
  ports: [{ port, protocol: 'TCP' }],
  ...(cidrs.length > 0 && { to: cidrs.map((cidr) => ({ ipBlock: { cidr } })) }),
});

describe('the network policy', () => {
  const egressOf = async (...more: string[]) => {
    const policy = ofKind(
      await render(valuesOf('host-path'), '--set', 'networkPolicy.enabled=true', ...more),
      'NetworkPolicy',
    );
    return policy.spec.egress.slice(1);
  };
  it('leads to the hosts of the lists on their ports and to the database', async () => {
    const lists = 'lists.nmIpList=10.0.0.1\napp@10.0.0.2:2222 # site\n[fd00::1]:22\n\n# none\n,lists.rsIpList=';
    expect(await egressOf('--set', lists, '--set', 'database.host=10.0.0.9')).toEqual([
      to(22, '10.0.0.1/32', 'fd00::1/128'),
      to(2222, '10.0.0.2/32'),
      to(3306, '10.0.0.9/32'),
    ]);
  });

  it('takes addresses and ports in every form that the program does', async () => {
    const lists = 'lists.nmIpList=fe80::1%eth0\r10.0.0.1:0022\r\nops@[fd00::2]:08,lists.rsIpList=';
    expect(await egressOf('--set', lists, '--set', 'database.host=[fd00::9]')).toEqual([
      to(22, 'fe80::1/128', '10.0.0.1/32'),
      to(3306, 'fd00::9/128'),
      to(8, 'fd00::2/128'),
    ]);
  });

  it('opens a port to the networks that are named for hosts without an address, or to anywhere', async () => {
    expect(await egressOf()).toEqual([to(22), to(3306)]);
    expect(await egressOf('--set', 'networkPolicy.cidrs={10.0.0.0/24}')).toEqual([
      to(22, '10.0.0.1/32', '10.0.0.2/32', '10.0.0.0/24'),
      to(3306, '10.0.0.0/24'),
    ]);
  });

  it('leads to the first jump host alone, on the port of its own or on 22, whatever the nodes have', async () => {
    const jumpBy = (jump: string) => egressOf('--set', `ssh.port=2222,ssh.jump=${jump}`);
    expect(await jumpBy('ops@10.1.0.1')).toEqual([to(22, '10.1.0.1/32'), to(3306)]);
    expect(await jumpBy('10.1.0.1:2200\\,10.1.0.2')).toEqual([to(2200, '10.1.0.1/32'), to(3306)]);
  });

  it.each(['plan', 'upgrade', 'recover', 'status', 'prune'])(
    'leads to the address of the package beside the action %s, as `helm test` fetches it',
    async (action) => {
      const objects = await render(valuesOf('url'), '--set', `action=${action}`);
      expect(ofKind(objects, 'NetworkPolicy').spec.egress).toContainEqual(to(443));
      expect(ofKind(objects, 'Pod').spec.initContainers?.[0]?.args[0]).toMatch(/^https:/);
    },
  );
});

describe('what a policy cannot hold', () => {
  const on = ['--set', 'networkPolicy.enabled=true'];

  it('is told: a Pod in the network of its node', async () => {
    expect(await notesOf(valuesOf('host-path'), ...on, '--set', 'hostNetwork=true')).toContain(
      'and hostNetwork are set',
    );
    expect(await notesOf(valuesOf('host-path'), ...on)).not.toContain('hostNetwork');
  });

  it('is told: ports of hosts in a ConfigMap', async () => {
    const warning = 'the lists in the ConfigMap eggroll-hosts cannot be seen';
    expect(await notesOf(valuesOf('claim'), ...on)).toContain(warning);
    const rule = 'networkPolicy.extraEgress[0].ports[0].port=2222';
    expect(await notesOf(valuesOf('claim'), ...on, '--set', rule)).not.toContain(warning);
    expect(await notesOf(valuesOf('host-path'), ...on)).not.toContain('cannot be seen');
  });
});

describe('the address that results are posted to', () => {
  const warning = 'WARNING: networkPolicy.enabled is set, and the address in the Secret eggroll-notify';
  const on = ['--set', 'networkPolicy.enabled=true'];

  it('is in a Secret, so who turns the policy on is told to name it', async () => {
    const notes = await notesOf(valuesOf('claim'), ...on);
    expect(notes).toContain(warning);
    expect(notes).toContain('Set networkPolicy.extraEgress.');
  });

  it('is not spoken of without a policy, without a notification, and where rules were added', async () => {
    const rule = 'networkPolicy.extraEgress[0].ports[0].port=443';
    const others = [[], [...on, '--set', 'notify.existingSecret='], [...on, '--set', rule]];
    for (const more of others) expect(await notesOf(valuesOf('claim'), ...more)).not.toContain('eggroll-notify');
  });
});
