// `plan` on a real cluster: it changes nothing anywhere, and what it lists is what `upgrade` then does.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/engine/plan.ts';
import { type JobOptions, type Snapshot, startCluster, type TestCluster } from '../../support/cluster.ts';
import { killAt } from '../../support/interrupt.ts';
import { expectNew, expectOld } from '../../support/oracle.ts';
import { startHeldBefore } from '../../support/step-hold.ts';

describe('plan', () => {
  let cluster: TestCluster;
  let before: Snapshot;

  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    await cluster.reset();
    before = await cluster.snapshot();
  });

  async function planOf(options: JobOptions = {}) {
    const outcome = await cluster.job('plan', options);
    expect(outcome.result.findings).toEqual([]);
    const { plan } = outcome.result;
    if (!plan) throw new Error('There is no plan in the result.');
    return { ...outcome, plan };
  }

  /** Times and names of everything in EGGROLL_HOME, folders too. */
  async function traces(): Promise<string[]> {
    return Promise.all(
      Object.keys(before.files).map(async (host) => {
        const list = `find ${cluster.home} -path ${cluster.home}/logs -prune -o -printf '%p %y %m %s %T@\\n' | sort`;
        return (await cluster.exec(host, list)).stdout;
      }),
    );
  }

  /** Paths of files by host, as a snapshot has them, with what tells whether they are the same. */
  function filesIn({ files }: Snapshot, host: string): Map<string, string> {
    const lines = (files[host] ?? '').split('\n').filter((line) => / [fl] \d+ \d+:\d+ /.test(line));
    return new Map(
      lines.map((line) => {
        const [, path = '', type = '', mode = '', rest = ''] =
          /^\.\/(.*?) ([fl]) (\d+) \d+:\d+ \S+ (.*)$/.exec(line) ?? [];
        return [path, `${type} ${mode} ${type === 'f' ? rest.trim().split(' ')[0] : rest.trim()}`];
      }),
    );
  }

  it('changes nothing on a node or in the database, and leaves no more than its report in STATE_DIR', async () => {
    await writeFile(join(cluster.stateDir, 'mine'), '');
    const tracesBefore = await traces();
    const { exitCode, result, events } = await planOf();
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({ command: 'plan', outcome: 'succeeded', downtimeMs: 0 });
    expect(result.message).toContain('would bring 4 nodes to version 2.2.1');
    expect(events.filter(({ type }) => type === 'change')).toEqual([]);
    expect(await traces()).toEqual(tracesBefore);
    expect(await readdir(cluster.stateDir)).toEqual(['mine', 'runs']);
    expect(await readdir(join(cluster.stateDir, 'runs'))).toEqual([result.run]);
    expect(await readdir(join(cluster.stateDir, 'runs', result.run))).toEqual(['report.html']);
    await expectOld(cluster, before);
  });

  it('lists what upgrade then does: files, bytes, statements, services', async () => {
    const { plan, result } = await planOf();
    expect(plan.action).toBe('upgrade');
    const outcome = await cluster.job('upgrade', { env: { PLAN_HASH: plan.hash ?? '' } });
    expect(outcome.result).toMatchObject({ outcome: 'succeeded', planHash: result.planHash });
    await expectNew(cluster, before);
    const after = await cluster.snapshot();
    for (const { hosts, added, changed, removed } of plan.groups) {
      for (const host of hosts) {
        const [old, fresh] = [filesIn(before, host), filesIn(after, host)];
        expect(old.size).toBeGreaterThan(10);
        expect([...fresh.keys()].filter((path) => !old.has(path)).sort()).toEqual(added);
        expect([...old.keys()].filter((path) => !fresh.has(path)).sort()).toEqual(removed);
        const differing = [...fresh].filter(([path, what]) => old.has(path) && old.get(path) !== what);
        expect(differing.map(([path]) => path).sort()).toEqual(changed);
      }
    }
    expect(plan.groups.flatMap(({ hosts }) => hosts).sort()).toEqual(Object.keys(before.files).sort());
    expect(sqlOf(plan).length).toBeGreaterThan(0);
    const statements = outcome.events.filter(
      ({ type, phase, where, what }) =>
        type === 'change' &&
        phase === 'begins' &&
        String(where).startsWith('database') &&
        /^\/\* eggroll-upgrade run=/.test(String(what)),
    );
    expect(statements).toHaveLength(plan.database?.statements.length ?? 0);
    const commands = (action: 'stop' | 'start') =>
      plan.nodes.flatMap(({ host, ...node }) => node[action].map((command) => `${host} ${command}`)).sort();
    const called = outcome.events.flatMap(({ type, phase, where, what }) => {
      const command = /^service \S* ?\d+ (.*)$/.exec(String(what))?.[1];
      return type === 'change' && phase === 'begins' && command ? [`${where} ${command}`] : [];
    });
    expect(called.toSorted()).toEqual([...commands('stop'), ...commands('start')].sort());
    expect(commands('stop')).toHaveLength(5);
  });

  const sqlOf = ({ database }: Plan) => (database?.statements ?? []).map(({ sql }) => sql);

  it('shows the conf of each node with what changes in it, and no secret', async () => {
    const key = 'eggroll.core.security.secret.key=open-sesame-77';
    const conf = `${cluster.home}/conf/eggroll.properties`;
    await cluster.exec('nm2', `sed -i '/roll_pair_master.exepath/i ${key}' ${conf}`);
    const { plan, stdout, result } = await planOf();
    expect(plan.groups.map(({ hosts }) => hosts.join())).toContain('nm2');
    const diff = plan.groups.flatMap(({ hosts, conf: changes }) =>
      hosts.includes('nm2') ? changes.flatMap((change) => change.diff) : [],
    );
    expect(diff).toContainEqual(
      expect.stringMatching(/^\+#eggroll\.resourcemanager\.bootstrap\.roll_pair_master\.exepath=/),
    );
    expect(diff).toContainEqual(expect.stringMatching(/^\+eggroll\.core\.grpc\.channel\.keepalive\.timeout\.sec=20/));
    expect(diff.join('\n')).toContain('eggroll.core.security.secret.key=***');
    expect(stdout).not.toContain('open-sesame-77');
    const report = await readFile(join(cluster.stateDir, 'runs', result.run, 'report.html'), 'utf8');
    expect(report).toContain('Plan of an upgrade');
    expect(report).toContain(plan.hash);
    expect(report).toContain('eggroll.core.security.secret.key=***');
    expect(report.match(/>to be run</g)).toHaveLength(sqlOf(plan).length);
    expect(report).toMatch(/<code>bash bin\/eggroll\.sh clustermanager stop<\/code>/);
    expect(report).not.toContain('open-sesame-77');
    const { stdout: page } = await cluster.start('plan', { env: { OUTPUT: 'plain' } }).ended;
    expect(page).toContain('expected downtime about');
    expect(page).toContain('diff of conf/eggroll.properties');
    expect(page).not.toContain('open-sesame-77');
  });

  it('has a hash that upgrade holds to: with another plan it refuses, and changes nothing', async () => {
    const { plan } = await planOf();
    await cluster.exec('nm2', `echo 'eggroll.site.key=1' >>${cluster.home}/conf/eggroll.properties`);
    const changed = await cluster.snapshot();
    const { result } = await cluster.job('upgrade', { env: { PLAN_HASH: plan.hash ?? '' } });
    expect(result).toMatchObject({ exitCode: 65, outcome: 'failed', findings: [{ code: 'PLAN_CHANGED' }] });
    await expectOld(cluster, changed);
    const again = await planOf();
    expect(again.plan.hash).not.toBe(plan.hash);
    expect((await cluster.job('upgrade', { env: { PLAN_HASH: again.plan.hash ?? '' } })).exitCode).toBe(0);
  });

  it('lets RollSite rewrite its route table, and says when there is nothing to do', { tags: ['sibling'] }, async () => {
    const { plan } = await planOf();
    await cluster.exec('rs1', `echo '{"route_table":{}}' >${cluster.home}/conf/route_table.json`);
    expect((await cluster.job('upgrade', { env: { PLAN_HASH: plan.hash ?? '' } })).exitCode).toBe(0);
    const { plan: idle, result } = await planOf();
    expect(idle.action).toBe('nothing');
    expect(result).toMatchObject({ outcome: 'unchanged', exitCode: 0 });
    expect(idle.nodes.map(({ send }) => send.bytes)).toEqual([0, 0, 0, 0]);
    expect(idle.database?.statements.map(({ state }) => state)).toEqual(Array(5).fill('done'));
  });

  it('tells of a run that was interrupted, which keeps to its own plan', { tags: ['slow'] }, async () => {
    const { plan } = await planOf();
    const options = { env: { PLAN_HASH: plan.hash ?? '' } };
    const isSwitched = async () =>
      (await cluster.exec('nm1', `[ -e ${cluster.home}/.eggroll-upgrade/runs/*/backup/bin ]`)).exitCode === 0;
    await killAt(cluster, { command: 'upgrade', reached: isSwitched, before: 'migrate', options });
    const half = await cluster.snapshot();
    const { plan: rest, result } = await planOf();
    expect(rest).toMatchObject({ action: 'resume', hash: plan.hash });
    expect(rest.nodes[0]).toMatchObject({ host: 'nm1', switchBegun: true, before: '2.0.2', after: '2.2.1' });
    expect(result.message).toContain('would resume run');
    expect(await cluster.snapshot()).toEqual(half);
    const other = await cluster.job('upgrade', { env: { PLAN_HASH: 'a'.repeat(64) } });
    expect(other.result).toMatchObject({ exitCode: 65, findings: [{ code: 'PLAN_CHANGED' }] });
    expect((await cluster.job('upgrade', options)).exitCode).toBe(0);
    await expectNew(cluster, before);
  });

  it('waits for nobody: while another run is at work it names it', { tags: ['sibling'] }, async () => {
    const first = await startHeldBefore(cluster, 'stage', 'upgrade');
    const { result } = await cluster.job('plan');
    await first.letGo();
    expect(result.exitCode).toBe(75);
    expect(new Set(result.findings.map(({ code }) => code))).toEqual(new Set(['LOCK_HELD']));
    expect((await first.ended).exitCode).toBe(0);
  });
});
