// The machine that a benchmark ran on, and the versions of what was compared.

import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { mustRun } from './containers.ts';
import type { Machine } from './results.ts';

const peers = ['rsync', 'openssh-client', 'ansible', 'ansible-core', 'clustershell', 'tar'];

export async function describeMachine(image: string, jobImage: string): Promise<Machine> {
  const versions = await mustRun(['run', '--rm', image, 'dpkg-query', '--show', ...peers]);
  const node = await mustRun(['run', '--rm', '--entrypoint=node', jobImage, '--version']);
  const docker = await mustRun(['version', '--format={{.Server.Version}}']);
  return {
    processors: `${availableParallelism()} × ${modelOf(readFileSync('/proc/cpuinfo', 'utf8'))}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    // Without the word of whoever built it.
    kernel: `Linux ${release().replace(/-.*/, '')}`,
    docker: docker.trim(),
    // What Debian mends in a version makes no other peer of it.
    peers: versions
      .trim()
      .replaceAll(/\t(?:\d+:)?(.*)-.*/g, ' $1')
      .replaceAll('\n', ', '),
    ours: `eggroll-upgrade on Node.js ${node.trim()}`,
  };
}

/** Kind of the file system that the nodes' homes lie on, and whether it can copy by reflinks. */
export async function describeDisk(image: string, disk: string | undefined): Promise<string> {
  const data = disk === undefined ? '/data' : `${disk}:/data`;
  return (await mustRun(['run', '--rm', `--volume=${data}`, image, 'bench-disk'])).trim();
}

// Node's own list says nothing about some virtual processors.
function modelOf(text: string): string {
  return cpus()[0]?.model.trim() || (/^model name\s*: (.*)$/m.exec(text)?.[1] ?? 'unknown');
}
