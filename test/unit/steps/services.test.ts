import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../../src/cluster/command.ts';
import type { ClusterNode } from '../../../src/cluster/node.ts';
import type { ScriptName } from '../../../src/cluster/remote-scripts.ts';
import type { Config } from '../../../src/config/config.ts';
import { UpgradeError } from '../../../src/engine/errors.ts';
import { stopAll } from '../../../src/steps/services.ts';
import { testWorld } from './world.ts';

const home = '/data/eggroll';
const manager = `java -cp ${home}/lib/*: com.webank.eggroll.core.resourcemanager.NodeManagerBootstrap -c ${home}/conf/eggroll.properties`;
const lost = () => new UpgradeError({ code: 'NODE_LOST', where: 'nm1', found: 'The connection was closed.' });

function answer(script: ScriptName, text: string): CommandResult {
  return { script, exitCode: 0, stdout: Buffer.from(text), stderr: '', timedOut: false };
}

/** A node on which a NodeManager runs, and which is gone once it is told to stop it. */
function nodeThatGetsLost(): ClusterNode {
  let gone = false;
  return {
    name: 'nm1',
    home,
    async ask(script: ScriptName) {
      if (gone) throw lost();
      return answer(script, script === 'processes' ? `12\t${home}\t${manager}\n\n1F90\n` : '');
    },
    async change() {
      gone = true;
      await new Promise((resolve) => setTimeout(resolve, 5));
      throw lost();
    },
  } as unknown as ClusterNode;
}

describe('stopAll', () => {
  it('fails once, and leaves no failure that nobody hears, when a node is lost in the middle', async () => {
    const world = testWorld();
    world.nodes = [nodeThatGetsLost()];
    await expect(stopAll(world, '2.0.2')).rejects.toMatchObject({ code: 'NODE_LOST' });
    await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it('calls no script with SERVICE_CONTROL=none, and refuses what runs', async () => {
    const world = testWorld({ services: { control: 'none' } as Config['services'] });
    const node = nodeThatGetsLost();
    world.nodes = [node];
    await expect(stopAll(world, '2.0.2')).rejects.toMatchObject({ code: 'SERVICE_NOT_STOPPED' });
    await expect(node.ask('processes', [])).resolves.toBeDefined();
  });
});
