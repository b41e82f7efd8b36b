// The database server of a rehearsal: an official image of MySQL or MariaDB, or one with the same interface.

import { poll } from '../engine/clock.ts';
import { UpgradeError } from '../engine/errors.ts';
import { throwIfStopped } from '../engine/runner.ts';
import type { Around } from './around.ts';
import type { DatabaseSource } from './database-source.ts';
import { type Container, type Engine, onEngine } from './engine.ts';
import { execIn } from './exec.ts';
import { databaseName } from './host-names.ts';
import { labelsFor } from './labels.ts';
import { lastLines } from './logs.ts';
import { upload } from './upload.ts';

export interface DatabasePlace {
  readonly run: string;
  readonly keep: boolean;
  readonly network: string;
  readonly rootPassword: string;
}

// A dump of many gigabytes takes its time to be taken in.
const readyLimitMs = 4 * 3_600_000;

/** Starts the server and waits until it has taken in everything. Throws REHEARSAL_INPUT_INVALID, ENGINE_FAILED. */
export async function startDatabase(
  engine: Engine,
  image: string,
  source: DatabaseSource,
  { run, keep, network, rootPassword }: DatabasePlace,
  { clock, signal }: Around,
): Promise<Container> {
  throwIfStopped(signal);
  const environment = {
    ...source.environment,
    MYSQL_ROOT_PASSWORD: rootPassword,
    MARIADB_ROOT_PASSWORD: rootPassword,
  };
  const container = await onEngine('make the database server', () =>
    engine.createContainer({
      name: `rehearsal-${run}-${databaseName}`,
      Image: image,
      Hostname: databaseName,
      Env: Object.entries(environment).map(([key, value]) => `${key}=${value}`),
      Labels: labelsFor(run, keep, 'database'),
      HostConfig: { NetworkMode: network },
      NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [databaseName] } } },
    }),
  );
  await upload(container, (archive) => source.addTo(archive));
  throwIfStopped(signal);
  await onEngine('start the database server', () => container.start());
  // The server that takes in the files has no TCP: once there is, all of it is done.
  const probe = ['bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/3306'];
  const ready = await poll(clock, { everyMs: 250, limitMs: readyLimitMs, signal }, async () => {
    const { State: state } = await onEngine('look at the database server', () => container.inspect());
    if (!state.Running) throw refused(source, image, await lastLines(container));
    const { exitCode } = await execIn(engine, container, probe).catch(() => ({ exitCode: 1 }));
    return exitCode === 0 ? true : undefined;
  });
  if (!ready) throw refused(source, image, await lastLines(container));
  return container;
}

function refused({ where }: DatabaseSource, image: string, printed: string): UpgradeError {
  // What comes before the client's own word is the server's start.
  const said = /\bERROR \d+ .*/.exec(printed)?.[0] ?? printed;
  const found = `The server of ${image} did not take it in. It said: ${said}.`;
  return new UpgradeError({ code: 'REHEARSAL_INPUT_INVALID', where, found });
}
