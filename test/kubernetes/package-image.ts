// An image that holds a package, as sites make one: the package in a folder, and `cp` for clusters without image volumes.

import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { docker, run } from '../support/docker.ts';

const base = process.env['DEBIAN_IMAGE'] ?? 'eggroll-upgrade-base/debian:trixie';

/** Builds the image; where Kubernetes has images of its own, LOAD_IMAGE is the command that brings one there. */
export async function buildPackageImage(packageDir: string, tag: string): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'package-image-'));
  try {
    await cp(packageDir, join(context, 'package'), { recursive: true, preserveTimestamps: true });
    await writeFile(join(context, 'Dockerfile'), `FROM ${base}\nCOPY package /\n`);
    // A layer of an earlier test would have its times of files: the builder's cache looks at content only.
    const { exitCode, stderr } = await docker(['build', '--quiet', '--no-cache', '--tag', tag, context]);
    if (exitCode !== 0) throw new Error(stderr);
  } finally {
    await rm(context, { recursive: true });
  }
  const load = process.env['LOAD_IMAGE'];
  if (!load) return;
  const { exitCode, stderr } = await run('sh', ['-c', `${load} "$1"`, 'load', tag]);
  if (exitCode !== 0) throw new Error(stderr);
}
