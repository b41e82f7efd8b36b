// The images of a rehearsal: found on the engine, pulled, or built there.

import { UpgradeError } from '../engine/errors.ts';
import { type Phrase, phrase } from '../messages/phrases.ts';
import { type Engine, onEngine, ownContainer, statusOf } from './engine.ts';
import { buildNodeImage, debianImages } from './node-image.ts';

export interface ImageNames {
  readonly job: string;
  readonly node: string;
  /** Absent without database work. */
  readonly database?: string;
}

export interface WantedImages {
  readonly jobImage?: string;
  readonly nodeImage: string;
  readonly usesDatabase: boolean;
  readonly databaseImage?: string;
  readonly proxies: Readonly<Record<string, string>>;
}

type Tell = (message: Phrase) => void;

const usualJobImage = 'eggroll-upgrade:local';
const usualDatabaseImages = ['eggroll-upgrade-base/mysql:local', 'mysql:8.4'];

/** Settles on the images and sees to it that the engine has them; `tell` hears what takes time. Throws IMAGE_MISSING, ENGINE_FAILED. */
export async function provideImages(
  engine: Engine,
  wanted: WantedImages,
  tell: Tell,
  signal: AbortSignal,
): Promise<ImageNames> {
  const job = wanted.jobImage ?? (await ownImage(engine)) ?? usualJobImage;
  await provide(engine, job, 'REHEARSE_JOB_IMAGE', tell, signal);
  if (!(await has(engine, wanted.nodeImage))) await buildNode(engine, wanted, tell, signal);
  if (!wanted.usesDatabase) return { job, node: wanted.nodeImage };
  const database = wanted.databaseImage ?? (await firstOf(engine, usualDatabaseImages));
  await provide(engine, database, 'MYSQL_IMAGE', tell, signal);
  return { job, node: wanted.nodeImage, database };
}

/** The image of the container that we run in, when that is one of ours: then the jobs are this very program. */
async function ownImage(engine: Engine): Promise<string | undefined> {
  const own = await ownContainer(engine);
  const isOurs = own?.Config.Labels?.['org.opencontainers.image.title'] === 'eggroll-upgrade';
  return isOurs ? own.Image : undefined;
}

async function buildNode(
  engine: Engine,
  { nodeImage, proxies }: WantedImages,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const debian = await firstOf(engine, debianImages);
  const names = { image: nodeImage, base: debian };
  tell(phrase('the engine has no image {image}; it is built on {base}, which takes a minute or two', names));
  await provide(engine, debian, 'REHEARSE_NODE_IMAGE', tell, signal);
  await buildNodeImage(engine, { tag: nodeImage, debian, proxies, signal });
}

async function firstOf(engine: Engine, names: readonly string[]): Promise<string> {
  for (const name of names) if (await has(engine, name)) return name;
  return names.at(-1) ?? '';
}

async function has(engine: Engine, name: string): Promise<boolean> {
  return onEngine(`look for the image ${name}`, async () => {
    try {
      await engine.getImage(name).inspect();
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw error;
    }
  });
}

async function provide(engine: Engine, name: string, variable: string, tell: Tell, signal: AbortSignal): Promise<void> {
  if (await has(engine, name)) return;
  tell(phrase('the engine has no image {image}; it is pulled', { image: name }));
  try {
    const progress = await engine.pull(name, { abortSignal: signal });
    await new Promise<void>((resolve, reject) => {
      engine.modem.followProgress(progress, (error) => (error ? reject(error) : resolve()));
    });
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message.trim().replace(/\s+/g, ' ') : String(error);
    const found = `The engine has no image ${name}, and cannot pull it: ${reason}.`;
    throw new UpgradeError({ code: 'IMAGE_MISSING', where: variable, found }, { cause: error });
  }
}
