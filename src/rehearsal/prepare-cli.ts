// node src/rehearsal/prepare-cli.ts OUT_DIR [--from 2.0.2] [--to 2.2.1] [--database-host mysql] [--lib-megabytes 150] [--owner 65532:65532]
// Prepares a simulated cluster in OUT_DIR, for the demo and for compose.test.yml.

import { parseArgs } from 'node:util';
import { UpgradeError } from '../engine/errors.ts';
import type { ClusterPlan } from './cluster-plan.ts';
import { prepareCluster } from './prepare.ts';
import { isRelease, type Release, releases } from './releases.ts';

const usage =
  'usage: prepare-cli OUT_DIR [--from RELEASE] [--to RELEASE] [--database-host NAME] [--lib-megabytes N] [--owner UID:GID]\n';

/** Parses the command line and prepares the cluster; gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const { outDir, changes } = parseCommandLine(args);
    const cluster = await prepareCluster(outDir, changes);
    const hosts = cluster.hosts.map(({ name, services }) => `${name} (${services.join(', ')})`).join(', ');
    process.stdout.write(`Prepared EggRoll ${cluster.from} on ${hosts} and a package of ${cluster.to} in ${outDir}.\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof UpgradeError)) throw error;
    process.stderr.write(`${error.message}\n${usage}`);
    return error.exitCode;
  }
}

function parseCommandLine(args: readonly string[]): { outDir: string; changes: Partial<ClusterPlan> } {
  const { values, positionals } = parseOptions(args);
  const [outDir, ...rest] = positionals;
  if (outDir === undefined || rest.length > 0) throw wrong('OUT_DIR', 'Exactly one folder is expected.');
  const libBytes =
    values['lib-megabytes'] === undefined ? {} : { libBytes: count(values['lib-megabytes']) * 1_000_000 };
  const host = values['database-host'];
  const changes: Partial<ClusterPlan> = {
    from: release('--from', values.from ?? '2.0.2'),
    to: release('--to', values.to ?? '2.2.1'),
    ...libBytes,
    ...(host && { database: { host, name: 'eggroll_meta', user: 'fate' } }),
    ...ownerOf(values.owner),
  };
  return { outDir, changes };
}

function parseOptions(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = { from: text, to: text, 'database-host': text, 'lib-megabytes': text, owner: text };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw wrong('command line', error instanceof Error ? error.message : String(error));
  }
}

function release(where: string, text: string): Release {
  if (isRelease(text)) return text;
  throw wrong(where, `${text} is none of ${releases.join(' ')}.`);
}

function count(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw wrong('--lib-megabytes', `${text} is not a number of megabytes.`);
}

// As root, what the job reads is given to the user of its image.
function ownerOf(text: string | undefined): Pick<ClusterPlan, 'owner'> | Record<string, never> {
  const isRoot = process.getuid?.() === 0;
  const owner = /^(\d+):(\d+)$/.exec(text ?? (isRoot ? '65532:65532' : ''));
  if (text !== undefined && owner === null) throw wrong('--owner', `${text} is not UID:GID.`);
  return owner ? { owner: { uid: Number(owner[1]), gid: Number(owner[2]) } } : {};
}

function wrong(where: string, found: string): UpgradeError {
  return new UpgradeError({ code: 'USAGE', where, found });
}

process.exitCode = await main(process.argv.slice(2));
