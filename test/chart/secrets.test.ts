// Files of secrets: what the environment of a container names is mounted, whatever the way to log in.

import { describe, expect, it } from 'vitest';
import { cases, ofKind, podSpecs, render, valuesOf } from './helm.ts';

const passwordOfSecret = 'ssh.existingSecretKeys.privateKey=,ssh.existingSecretKeys.password=password';
const keyOfValues = 'ssh.privateKey=k,ssh.password=';

const logins = [
  ...cases.map(({ name, file }) => ({ name, file, sets: '' })),
  { name: 'a Secret with a password alone', file: valuesOf('claim'), sets: passwordOfSecret },
  { name: 'a key in the place of the password', file: valuesOf('image'), sets: keyOfValues },
];

/** By variable, what a Pod names below /secrets; and what is mounted there. */
async function secretsOf(file: string, sets: string) {
  return podSpecs(await render(file, '--set', sets)).map(({ containers: [{ env, volumeMounts }], volumes }) => ({
    named: new Map(env.flatMap(({ name, value }) => (value?.startsWith('/secrets/') ? [[name, value] as const] : []))),
    mounted: volumeMounts.flatMap(({ name, mountPath }) => {
      const { items = [] } = volumes.find((volume) => volume.name === name)?.secret ?? {};
      return items.map(({ path }) => `${mountPath}/${path}`);
    }),
  }));
}

describe.each(logins)('$name', ({ file, sets }) => {
  it('names no file of a secret that is not mounted', async () => {
    const pods = await secretsOf(file, sets);
    expect(pods).toHaveLength(2);
    for (const { named, mounted } of pods) {
      expect(named.size).toBeGreaterThan(0);
      expect(mounted).toEqual(expect.arrayContaining([...named.values()]));
    }
  });
});

it.each([
  ['of the values', valuesOf('image'), ''],
  ['of a Secret', valuesOf('claim'), passwordOfSecret],
])('a password %s is a login without a private key', async (_, file, sets) => {
  for (const { named } of await secretsOf(file, sets)) {
    expect(named.get('SSH_PASSWORD_FILE')).toBe('/secrets/ssh/password');
    expect([...named.keys()]).not.toContain('SSH_PRIVATE_KEY_FILE');
  }
});

it.each([
  ['of the values', valuesOf('image'), keyOfValues],
  ['of a Secret', valuesOf('claim'), ''],
])('a private key %s is named', async (_, file, sets) => {
  for (const { named } of await secretsOf(file, sets)) {
    expect(named.get('SSH_PRIVATE_KEY_FILE')).toBe('/secrets/ssh/id');
    expect([...named.keys()]).not.toContain('SSH_PASSWORD_FILE');
  }
});

it('a secret stays a text when its encoding has nothing but digits', async () => {
  const password = Buffer.from('4420', 'base64').toString();
  const secret = ofKind(await render(valuesOf('host-path'), '--set', `database.password=${password}`), 'Secret');
  expect(secret.data).toMatchObject({ mysql: '4420' });
});
