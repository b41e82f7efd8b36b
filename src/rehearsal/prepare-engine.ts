// Phase: what earlier rehearsals have left is removed, the images are provided, and others see that this rehearsal is alive.

import { told } from '../messages/phrases.ts';
import { summaryOf } from '../steps/wording.ts';
import { provideImages } from './images.ts';
import { startKeeper } from './keeper.ts';
import { phase } from './phase.ts';
import { removeAbandoned } from './removal.ts';

export const prepareEngine = phase('prepare-engine', 'look at the engine and its images', async (world) => {
  const { engine, config, run, emit, signal, clock, say, language } = world;
  const tell = (message: string) => emit({ type: 'job', command: 'rehearse', message });
  // Another rehearsal may be at the same; and what cannot be removed is no reason not to rehearse.
  const abandoned = await removeAbandoned(engine, clock).catch((error: unknown) => {
    const problem = summaryOf(error, language);
    emit({ type: 'warning', message: say('What an earlier rehearsal has left stays: {problem}', { problem }) });
    return [];
  });
  for (const earlier of abandoned) tell(say('what rehearsal {run} has left is removed', { run: earlier }));
  const { database, nodeImage, jobImage, keep } = config;
  world.images = await provideImages(
    engine,
    {
      nodeImage,
      usesDatabase: database !== undefined,
      proxies: config.engine.proxies,
      ...(jobImage === undefined ? {} : { jobImage }),
      ...(database?.image === undefined ? {} : { databaseImage: database.image }),
    },
    (phrase) => tell(told(language, phrase)),
    signal,
  );
  world.keeper = await startKeeper(engine, world.images.node, run, keep);
  return [world.images.job, world.images.node, world.images.database].filter((name) => name !== undefined).join(', ');
});
