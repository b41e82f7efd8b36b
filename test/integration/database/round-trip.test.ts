// What is dumped restores to the same, whatever the tables are. ROUND_TRIPS sets the number of schemas tried on each server,
// SEED repeats a run.

import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeTables } from '../../../src/database/backup.ts';
import { dumpDatabase, proveBackup } from '../../../src/database/dump.ts';
import { copyToScratch, withScratch } from '../../../src/database/scratch.ts';
import type { Flavour } from '../../support/containers.ts';
import { withSiblings } from '../../support/extent.ts';
import { startServer, type TestServer, withDatabase } from '../../support/mysql.ts';
import { runSeed } from '../../support/seed.ts';
import { type RandomTable, randomTables } from './random-tables.ts';

const { ROUND_TRIPS: trips = '20' } = process.env;

describe.each(withSiblings<Flavour>(['mysql'], ['mariadb']))('round trip on %s', (flavour) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(flavour);
  });
  afterAll(() => server.stop());

  async function expectSame(tables: readonly RandomTable[]): Promise<void> {
    const config = await server.createDatabase();
    // Lax, as rows of old servers are: zero dates, and keys of zero.
    const rows = tables.flatMap(({ create, inserts }) => [create, ...inserts]);
    await server.asRoot(["SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+03:00'", ...rows], config.name);
    const dir = await mkdtemp(join(server.tools.tempDir, 'backup-'));
    await withDatabase(config, async (db) => {
      const backup = await proveBackup(db, config, await dumpDatabase(db, config, dir, server.tools));
      expect(backup.proven).toBe(true);
      await withScratch(db, config, async (schema) => {
        await copyToScratch(db, schema);
        expect(await describeTables(db, schema)).toEqual(backup.tables);
      });
    });
    await rm(dir, { recursive: true });
    await server.asRoot(`DROP DATABASE ${config.name}`);
  }

  it(
    'by a dump and by a copy keeps every table and row of any type',
    async () => {
      const settings = {
        numRuns: Number(trips),
        endOnFailure: true,
        seed: runSeed(),
      };
      await fc.assert(fc.asyncProperty(randomTables(flavour), expectSame), settings);
    },
    Number(trips) * 60_000,
  );
});
