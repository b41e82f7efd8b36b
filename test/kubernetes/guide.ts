// Commands of docs/kubernetes.md, run as they stand there.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../support/docker.ts';
import { jobImage } from './release.ts';

const page = join(import.meta.dirname, '..', '..', 'docs', 'kubernetes.md');

export interface Place {
  readonly namespace: string;
  /** What the guide calls <name>. */
  readonly job?: string;
  /** Where commands are run. */
  readonly folder: string;
}

/** Runs a block of the guide, or the lines of it that match; gives what it prints, and throws what went wrong. */
export async function followGuide(block: RegExp, { namespace, job = '', folder }: Place): Promise<string> {
  const blocks = (await readFile(page, 'utf8')).matchAll(/^( *)```\w*\n([\s\S]*?)^\1```$/gm);
  const [found, ...others] = [...blocks].map(([, , text = '']) => block.exec(text)?.[0]).filter((text) => text);
  if (!found || others.length > 0) throw new Error(`docs/kubernetes.md has ${found ? 'several' : 'no'} ${block}`);
  const script = found
    .replaceAll('kubectl -n eggroll ', `kubectl -n ${namespace} `)
    .replaceAll('eggroll-eggroll-upgrade-state', 'r-eggroll-upgrade-state')
    .replaceAll(/registry\.example\.org\/eggroll-upgrade:\S+/g, jobImage)
    .replaceAll('<name>', job);
  const { exitCode, stdout, stderr } = await run('bash', ['-ec', `cd '${folder}'\n${script}`]);
  if (exitCode !== 0) throw new Error(`${script}\n${stdout}${stderr}`);
  return stdout;
}
