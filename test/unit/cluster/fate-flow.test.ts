import { expect, it } from 'vitest';
import type { Connection } from '../../../src/cluster/connection.ts';
import { fateFlowOn, parseFateFlowState } from '../../../src/cluster/fate-flow.ts';

const place = { host: { name: 'flow1', port: 2222, user: 'app' }, script: '/f/service.sh' };

it('reads what fate-flow-state.sh prints', () => {
  const conf = Buffer.from('fateflow:\n  http_port: 9380\n').toString('base64');
  const text = `script present\ninit-env present\nconf ${conf}\nprocess 12\nprocess 13\nat-work 7 8\nlistens 24A4\nlistens 0016\n`;
  expect(parseFateFlowState(text)).toEqual({
    missingTools: [],
    scriptPresent: true,
    initEnvPresent: true,
    pids: [12, 13],
    isAtWork: true,
    ports: [9380],
    listeningPorts: new Set([9380, 22]),
  });
  expect(parseFateFlowState('missing-tool timeout\n')).toEqual({
    missingTools: ['timeout'],
    scriptPresent: false,
    initEnvPresent: false,
    pids: [],
    isAtWork: false,
    ports: [],
    listeningPorts: new Set(),
  });
});

it('calls nothing for a command that only looks, and tells of every call for another', async () => {
  const asked: string[] = [];
  const connection = {
    async run(script: string, args: readonly string[]) {
      asked.push([script, ...args].join(' '));
      return { script, exitCode: 0, stdout: Buffer.from('killed'), stderr: '', timedOut: false };
    },
  } as unknown as Connection;
  const looking = fateFlowOn(connection, place, undefined, { looksOnly: true });
  await expect(looking.call('stop', 1000)).rejects.toMatchObject({ code: 'DEFECT' });
  expect([asked, looking.changes]).toEqual([[], 0]);
  const told: string[] = [];
  const fateFlow = fateFlowOn(connection, place, '/env.sh', { onChange: (...about) => told.push(about.join(' ')) });
  expect((await fateFlow.call('stop', 1500)).stdout.toString()).toBe('killed');
  expect(asked).toEqual(['fate-flow /f/service.sh /env.sh 2 stop']);
  expect(told).toEqual([
    'begins flow1:2222 fate-flow /f/service.sh stop',
    'ends flow1:2222 fate-flow /f/service.sh stop',
  ]);
  expect(fateFlow.changes).toBe(1);
});
