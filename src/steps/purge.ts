// Step 9, only when asked: the guide's clean-up of run-time tables, after a backup of what is purged.

import { purge as purgeTables, restorePurged, schemasOf } from '../database/purge.ts';
import type { Step } from '../engine/step.ts';
import { purgeBackups, purgeSet, tidyBackup } from './find-backup.ts';
import { currentRun, type World } from './world.ts';

export const purge: Step<World> = {
  id: 'purge',
  title: 'purge run-time tables',
  reach: 'cluster',
  probe: async ({ database, config }) => (database && config.database?.purge !== 'none' ? 'pending' : 'done'),
  async apply(world) {
    const { database, config, emit } = world;
    if (!database || !config.database) return;
    const { id: run } = currentRun(world);
    const { purge: which } = config.database;
    const purged = await purgeTables(database, config.database, { run, which, backups: purgeBackups(world) });
    const rows = purged.reduce((sum, table) => sum + table.rows, 0);
    emit({
      type: 'database',
      step: 'purge',
      message: world.say('purged {rows} rows of {tables} tables', { rows, tables: purged.length }),
    });
  },
  undo: {
    title: 'put the purged rows back',
    async apply(world) {
      const { database, config } = world;
      if (!database || !config.database) return;
      const { id: run } = currentRun(world);
      await restorePurged(database, config.database, { run, backups: purgeBackups(world) });
      for (const schema of schemasOf(database)) await tidyBackup(world, purgeSet(schema));
    },
  },
};
