// What a simulated node reads from /fixture: its home, its host key, who may log in.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeTar } from './archive.ts';
import { simulatedFateFlow } from './fate-flow.ts';
import { simulatedHome } from './home.ts';
import type { LibraryOptions } from './libraries.ts';
import type { Release } from './releases.ts';
import type { SimulatedSite } from './site.ts';
import { makeSshKey, type SshKeyPair } from './ssh-keys.ts';

export interface NodeFixtureOptions extends LibraryOptions {
  readonly version: Release;
  readonly site: SimulatedSite;
  /** Lines of authorized_keys for the user app. */
  readonly authorizedKeys: string;
  /** With a fate_flow beside the home. */
  readonly fateFlow?: boolean | undefined;
  /** Without EggRoll: a machine for fate_flow alone. */
  readonly emptyHome?: boolean;
}

/** Writes home.tar, authorized_keys and a new host key into `dir`; gives the host key. */
export async function writeNodeFixture(dir: string, options: NodeFixtureOptions): Promise<SshKeyPair> {
  const { version, site, authorizedKeys, fateFlow, emptyHome } = options;
  const hostKey = makeSshKey(site.host);
  await mkdir(dir, { recursive: true });
  if (!emptyHome) await writeTar(simulatedHome(version, site, options), join(dir, 'home.tar'));
  if (fateFlow) await writeTar(simulatedFateFlow(), join(dir, 'fate_flow.tar'));
  await writeFile(join(dir, 'authorized_keys'), `${authorizedKeys.trimEnd()}\n`);
  await writeFile(join(dir, 'ssh_host_ed25519_key'), hostKey.privateKey, { mode: 0o600 });
  return hostKey;
}
