// Wrong values are refused before anything is made, all of them at once.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { chartReadmeWithTable, schemaWithVariables } from '../../scripts/chart-reference.ts';
import { isSecret, variableNames } from '../../src/config/variables.ts';
import { finalExitCodes } from '../../src/engine/catalogue.ts';
import { chart, helm, notesOf, render, valuesOf } from './helm.ts';
import { validate } from './validate.ts';

const claim = valuesOf('claim');

async function refusal(...sets: string[]): Promise<string> {
  const { exitCode, stderr } = await helm(
    'template',
    'r',
    chart,
    '--values',
    claim,
    ...sets.flatMap((set) => ['--set', set]),
  );
  expect(exitCode, 'helm took it').not.toBe(0);
  return stderr;
}

it('names everything that is missing at once', async () => {
  const { stderr } = await helm('template', 'r', chart, '--set', 'eggrollHome=/data/eggroll');
  for (const part of [
    'lists:',
    'ssh: there is no login',
    'host keys',
    'database.host',
    'database.user',
    'password',
    'migration is file',
    'package: exactly one',
  ]) {
    expect(stderr).toContain(part);
  }
});

it.each([
  ['action=upgraed', 'action'],
  ['eggrollHome=relative', 'eggrollHome'],
  ['packge.url=x', 'packge'],
  ['package.pvc=x', 'pvc'],
  ['ssh.port=0', 'port'],
  ['ssh.hostKeyChecking=no', 'hostKeyChecking'],
  ['database.tls=on', 'tls'],
  ['job.backoffLimit=many', 'backoffLimit'],
  ['job.terminationGracePeriodSeconds=5', 'terminationGracePeriodSeconds'],
  ['image.digest=sha256:12', 'digest'],
  ['package.sha256=12', 'sha256'],
  ['state.size=lots', 'size'],
  ['env.CONCURENCY=3', 'CONCURENCY'],
  ['env.FANOUT=all', 'FANOUT'],
  ['env.CONCURRENCY=few', 'CONCURRENCY'],
  ['env.HOOK_SWITCH_DURING=x', 'HOOK_SWITCH_DURING'],
  ['env.HOOK_SWICH_BEFORE=x', 'HOOK_SWICH_BEFORE'],
  ['env.CONCURRENCY=10000', 'CONCURRENCY'],
  ['env.CONCURRENCY=0', 'CONCURRENCY'],
  ['image.repository=registry:5000/x@sha256:12', 'repository'],
  ['resources.limit.memory=1Gi', 'limit'],
  ['podSecurityContext.runAsUsr=7', 'runAsUsr'],
  ['containerSecurityContext.readOnlyRootFileSystem=true', 'readOnlyRootFileSystem'],
  ['tolerations[0].efect=NoSchedule', 'efect'],
  ['affinity.nodeAfinity.x=y', 'nodeAfinity'],
  ['extraEnv[0].name=A,extraEnv[0].vlaue=b', 'vlaue'],
  ['extraVolumes[0].name=a,extraVolumes[0].emptydir.medium=Memory', 'emptydir'],
  ['extraVolumeMounts[0].name=a,extraVolumeMounts[0].mountPath=/a,extraVolumeMounts[0].readonly=true', 'readonly'],
  ['networkPolicy.cidrs={banana/99}', 'cidrs'],
  ['networkPolicy.cidrs={10.0.0.0/33}', 'cidrs'],
  ['env.EGGROLL_HOME=/x', 'EGGROLL_HOME'],
  ['env.MYSQL_PWD=x', 'MYSQL_PWD'],
  ['env.NOTIFY_URL=x', 'NOTIFY_URL'],
  ['networkPolicy.cidrs={10.0.0.0}', 'cidrs'],
])('refuses %s', async (set, named) => {
  expect(await refusal(set)).toContain(named);
});

it.each([
  ...['action', 'run', 'env', 'lists', 'ssh', 'ssh.port', 'ssh.existingSecretKeys', 'database', 'database.migration'],
  ...['database.port', 'package', 'package.image', 'package.image.mount', 'state', 'state.size', 'state.accessModes'],
  ...['notify', 'image', 'job', 'job.backoffLimit', 'job.terminationGracePeriodSeconds', 'networkPolicy'],
])('refuses %s without any value', async (value) => {
  const said = await refusal(`${value}=null`);
  expect(said).toContain(`'${value.split('.').at(-1)}'`);
  expect(said).toMatch(/missing propert/);
});

it.each([
  ...['resources', 'podSecurityContext', 'containerSecurityContext', 'podAnnotations', 'podLabels', 'nodeSelector'],
  ...['tolerations', 'affinity', 'hostAliases', 'extraEnv', 'extraVolumes', 'extraVolumeMounts', 'imagePullSecrets'],
  ...['job.annotations', 'job.labels', 'state.annotations', 'job.activeDeadlineSeconds'],
  ...['commonAnnotations', 'commonLabels'],
])('takes %s without any value', async (value) => {
  const objects = await render(claim, '--set', `${value}=null`);
  for (const object of objects) validate(object);
  expect(objects.map(({ kind }) => kind)).toContain('Job');
});

it('can be a dependency of another chart, under a condition', async () => {
  const objects = await render(claim, '--set', 'enabled=true,global.x=y');
  expect(objects.map(({ kind }) => kind)).toContain('Job');
});

it.each([
  ['package.url=https://x/y,package.sha256=', 'package: exactly one'],
  ['package.existingClaim=,package.url=https://x/y,package.sha256=,package.path=', 'package.sha256: it is required'],
  ['package.existingClaim=,package.image.reference=x,package.path=', 'package.path'],
  ['package.urlHeaderSecret=x', 'package.urlHeaderSecret'],
  ['lists.nmIpList=h', 'lists: set either'],
  ['ssh.privateKey=k', 'ssh: with existingSecret'],
  ['ssh.existingSecretKeys.privateKey=', 'ssh.existingSecretKeys'],
  ['database.password=p', 'database: set either existingSecret or password'],
  ['database.sql=s', 'database: set either sql or existingConfigMap'],
  ['database.migration=none', 'migration is none, and sql or existingConfigMap is set'],
  ['state.emptyDir=true', 'state: set either'],
  ['ssh.existingSecretKeys.knownHosts=', 'ssh.existingSecretKeys.knownHosts: hostKeyChecking is strict'],
  ['package.existingClaim=,package.url=https://u:p@x/y,package.path=', 'package.url: a login in it'],
  [
    'package.existingClaim=,package.image.reference=x,package.image.mount=copy,package.path=/',
    'package.path: the whole',
  ],
  ['extraEnv[0].name=SSH_PASSWORD,extraEnv[0].value=x', 'extraEnv: SSH_PASSWORD is a secret'],
])('refuses %s, which contradicts itself', async (sets, named) => {
  expect(await refusal(...sets.split(','))).toContain(named);
});

const sizes = ['state.size', 'package.fetchedSizeLimit', 'tmpSizeLimit'];

describe.each(sizes)('%s', (value) => {
  it.each(['8K', '8ki', '8i', '8g', '8GiB', 'Gi'])('is not %s, which is no quantity of Kubernetes', async (size) => {
    expect(await refusal(`${value}=${size}`)).toContain(value.split('.').at(-1));
  });

  // 010 would be 8 for YAML.
  it.each(['010', '16', '8k', '8Ki', '1.5M', '9Gi', '8T', '8Pi', '8E'])('may be %s', async (size) => {
    const objects = await render(valuesOf('url'), '--set', 'action=upgrade', '--set-string', `${value}=${size}`);
    expect(JSON.stringify(objects)).toContain(`"${size}"`);
  });
});

it('is of the version of the program', () => {
  const { version } = JSON.parse(readFileSync(join(chart, '..', '..', 'package.json'), 'utf8'));
  const { appVersion, annotations } = parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8'));
  expect(appVersion).toBe(version);
  expect(annotations['artifacthub.io/images']).toContain(`image: eggroll-upgrade:${version}\n`);
});

it('says how to follow, what to do on each outcome, and how to go back', async () => {
  const notes = await notesOf(claim);
  const name = /The Job (\S+) runs/.exec(notes)?.[1];
  expect(notes).toContain(`until kubectl -n site logs -f job/${name}; do sleep 2; done`);
  for (const code of finalExitCodes) expect(notes).toMatch(new RegExp(`\\b${code}\\b`));
  expect(notes).toContain('-n site --reuse-values --set action=recover');
});

it.each([
  ['', '2'],
  ['2', '3'],
  ['night one', 'night-one-2'],
])('names another run than "%s" for doing the same once more', async (run, next) => {
  expect(await notesOf(claim, '--set', `run=${run}`)).toContain(`--reuse-values --set run=${next}\n`);
});

it('does not tell who goes back how to go back', async () => {
  expect(await notesOf(claim, '--set', 'action=recover')).not.toContain('--set action=recover');
});

it('tells of a lost machine, as Kubernetes waits for it', async () => {
  expect(await notesOf(claim)).toContain('out-of-service');
});

it.each([
  ['volume', true],
  ['copy', false],
])('tells of what image volumes may lack where the package is mounted by %s: %s', async (mount, isTold) => {
  const notes = await notesOf(valuesOf('image'), '--set', `package.image.mount=${mount}`);
  expect(notes.includes('set package.image.mount=copy')).toBe(isTold);
});

describe('what is generated', () => {
  it('the variables that env takes are those of the program', () => {
    const file = join(chart, 'values.schema.json');
    expect(readFileSync(file, 'utf8')).toBe(schemaWithVariables(readFileSync(file, 'utf8')));
  });

  it('every variable is taken by env, set by the chart, or a secret', async () => {
    const schema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8'));
    const taken = Object.keys(schema.properties.env.properties);
    const templates = ['_helpers.tpl', '_pod.tpl']
      .map((name) => readFileSync(join(chart, 'templates', name), 'utf8'))
      .join('');
    const byDefault = ['NM_FILE', 'RS_FILE', 'STATE_DIR', 'SSH_KNOWN_HOSTS_FILE', 'MYSQL_SOCK'];
    for (const name of variableNames) {
      const isSet = templates.includes(isSecret(name) ? `${name}_FILE` : name) || byDefault.includes(name);
      expect(isSet !== taken.includes(name), name).toBe(true);
    }
  });

  it("the table of the chart's README is that of values.yaml", () => {
    const readme = join(chart, 'README.md');
    expect(chartReadmeWithTable(readme, join(chart, 'values.yaml'))).toBe(readFileSync(readme, 'utf8'));
  });
});
