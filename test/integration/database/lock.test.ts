import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertLock, describeLockHolder, releaseLock, takeLock } from '../../../src/database/lock.ts';
import type { Flavour } from '../../support/containers.ts';
import { withSiblings } from '../../support/extent.ts';
import { acquireLock, startServer, type TestServer, withDatabase } from '../../support/mysql.ts';

describe.each(withSiblings<Flavour>(['mysql'], ['mariadb']))('lock on %s', (flavour) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(flavour);
  });
  afterAll(() => server.stop());

  it('is held by one session; the other is told by which', async () => {
    const config = await server.createDatabase();
    const attributes = { holder: 'pod-7, run run-1' };
    await withDatabase(
      config,
      async (first) => {
        await acquireLock(first, 'pod-7');
        await acquireLock(first, 'pod-7');
        await withDatabase(config, async (second) => {
          expect(await takeLock(second, 'pod-8')).toBe(false);
          const error = await acquireLock(second, 'pod-8').catch((thrown: unknown) => thrown);
          expect(error).toMatchObject({ code: 'LOCK_HELD', exitCode: 75 });
          expect(String(error)).toContain(`connection ${first.connectionId}, user fate, host `);
          if (flavour === 'mysql') expect(String(error)).toContain('pod-7, run run-1');
          await expect(assertLock(second)).rejects.toMatchObject({ code: 'LOCK_LOST' });
          await releaseLock(second);
          await assertLock(first);
        });
        expect(first.changes).toBe(0);
      },
      { attributes },
    );
  });

  it('is free as soon as its session ends or gives it back', async () => {
    const config = await server.createDatabase();
    await withDatabase(config, async (db) => {
      await withDatabase(config, (first) => acquireLock(first, 'a'));
      await acquireLock(db, 'b');
      await releaseLock(db);
      expect(await describeLockHolder(db)).toBeUndefined();
      await withDatabase(config, (third) => acquireLock(third, 'c'));
    });
  });

  it('is one per database, not one per server', async () => {
    const [one, two] = [await server.createDatabase(), await server.createDatabase()];
    await withDatabase(one, async (first) => {
      await acquireLock(first, 'a');
      await withDatabase(two, (second) => acquireLock(second, 'b'));
    });
  });

  it('does not outlive a session that was killed', async () => {
    const config = await server.createDatabase();
    await withDatabase(config, async (db) => {
      await acquireLock(db, 'a');
      await server.asRoot(`KILL ${db.connectionId}`);
      await expect(assertLock(db)).rejects.toMatchObject({ code: 'DATABASE_LOST', exitCode: 75 });
      await expect(db.query('SELECT 1')).rejects.toMatchObject({ code: 'DATABASE_LOST' });
      await withDatabase(config, (next) => acquireLock(next, 'b'));
    });
  });

  it('refuses to go on when the session works in another schema', async () => {
    const config = await server.createDatabase();
    await withDatabase(config, async (db) => {
      await acquireLock(db, 'a');
      await db.work('USE information_schema');
      await expect(assertLock(db)).rejects.toMatchObject({ code: 'DEFECT' });
    });
  });
});
