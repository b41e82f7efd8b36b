import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../../src/database/database.ts';
import type { Flavour } from '../../support/containers.ts';
import { withSiblings } from '../../support/extent.ts';
import { startServer, type TestServer, withDatabase } from '../../support/mysql.ts';

describe.each(withSiblings<Flavour>(['mysql'], ['mariadb']))('session with %s', (flavour) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(flavour);
  });
  afterAll(() => server.stop());

  it('knows the server, is encrypted where the server can, and has its settings', async () => {
    const config = await server.createDatabase();
    await withDatabase(config, async (db) => {
      expect(db.flavour).toBe(flavour);
      expect(db.version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(db.exists).toBe(true);
      expect(db.encrypted).toBe(true);
      const [row] = await db.query(
        'SELECT @@sql_mode AS mode, @@lock_wait_timeout AS wait, @@time_zone AS zone, @@GLOBAL.time_zone AS server_zone, DATABASE() AS name',
      );
      expect(row).toMatchObject({ mode: expect.stringContaining('STRICT_TRANS_TABLES'), name: config.name });
      expect(row?.['zone']).toBe(row?.['server_zone']);
      expect(Number(row?.['wait'])).toBe(10);
    });
  });

  it.each([
    ['off', false],
    ['required', true],
  ] as const)('goes with MYSQL_TLS=%s', async (tls, encrypted) => {
    const config = { ...(await server.createDatabase()), tls };
    await withDatabase(config, async (db) => expect(db.encrypted).toBe(encrypted));
  });

  it('does not trust a certificate that nobody vouches for with MYSQL_TLS=verify', async () => {
    const config = { ...(await server.createDatabase()), tls: 'verify' as const };
    const error = await connectDatabase(config).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'DATABASE_LOGIN_REFUSED' });
    expect(String(error)).toContain('MYSQL_TLS_CA_FILE');
  });

  it('says which host the server saw when the login is refused', async () => {
    const config = { ...(await server.createDatabase()), password: 'wrong' };
    const error = await connectDatabase(config).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'DATABASE_LOGIN_REFUSED', exitCode: 77 });
    expect(String(error)).toMatch(/The server saw this login come from host '[\d.]+'/);
    expect(String(error)).not.toContain('wrong');
  });

  it('tells a server that cannot be reached', async () => {
    const config = await server.createDatabase();
    const nowhere = [
      { ...config, port: 1 },
      { ...config, host: 'no-such-host.invalid' },
      { ...config, socketPath: '/no/such.sock' },
    ];
    for (const wrong of nowhere) {
      await expect(connectDatabase(wrong)).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE', exitCode: 69 });
    }
  });

  it('tells a database that does not exist from one that the account may not use', async () => {
    const config = await server.createDatabase();
    await server.asRoot("GRANT ALL PRIVILEGES ON missing.* TO 'fate'@'%'");
    await withDatabase({ ...config, name: 'missing' }, async (db) => expect(db.exists).toBe(false));
    const error = await connectDatabase({ ...config, name: 'forbidden' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'GRANT_MISSING', exitCode: 77 });
    expect(String(error)).toContain("GRANT ALL PRIVILEGES ON `forbidden`.* TO 'fate'@'%';");
  });

  it('counts changes at their door, and lets only reads through the other', async () => {
    const config = await server.createDatabase();
    await withDatabase(config, async (db) => {
      await db.change('CREATE TABLE t (a INT)');
      expect(await db.change('INSERT INTO t VALUES (?), (?)', [1, 2])).toBe(2);
      expect(db.changes).toBe(2);
      expect(await db.query('SELECT COUNT(*) AS n FROM t')).toEqual([{ n: '2' }]);
      for (const sql of ['DELETE FROM t', 'DROP TABLE t', "SELECT 1 INTO OUTFILE '/tmp/x'"]) {
        await expect(db.query(sql)).rejects.toMatchObject({ code: 'DEFECT' });
      }
      await expect(db.query('SELECT 1; DELETE FROM t')).rejects.toMatchObject({ code: 'DATABASE_FAILED' });
      expect(await db.query('SELECT COUNT(*) AS n FROM t')).toEqual([{ n: '2' }]);
      expect(db.changes).toBe(2);
    });
  });

  it('changes nothing for a command that only looks, not even in the scratch schema', async () => {
    const config = await server.createDatabase();
    const look = async (db: Database) => {
      for (const door of [db.change, db.work]) {
        await expect(door('CREATE TABLE t (a INT)')).rejects.toMatchObject({ code: 'DEFECT' });
      }
      expect(await db.query('SHOW TABLES')).toEqual([]);
      expect(db.changes).toBe(0);
    };
    await withDatabase(config, look, { looksOnly: true });
  });

  it('does not send a statement that is longer than the server takes, and goes on', async () => {
    const config = await server.createDatabase();
    const [before] = await server.asRoot('SELECT @@GLOBAL.max_allowed_packet AS n');
    await server.asRoot('SET GLOBAL max_allowed_packet = 1048576');
    try {
      await withDatabase(config, async (db) => {
        const longest = `SELECT ${' '.repeat(db.maxStatementBytes - 8)}1`;
        expect(await db.query(longest)).toHaveLength(1);
        for (const [sql, params] of [[`${longest} `], ['SELECT ?', ['x'.repeat(1_048_576)]]] as const) {
          await expect(db.query(sql, params)).rejects.toMatchObject({ code: 'DATABASE_FAILED' });
        }
        expect(await db.query('SELECT 1')).toHaveLength(1);
      });
    } finally {
      await server.asRoot(`SET GLOBAL max_allowed_packet = ${before?.['n']}`);
    }
  });

  it('is lost, and stays lost, when the server ends it', async () => {
    const config = await server.createDatabase();
    await withDatabase(config, async (db) => {
      await server.asRoot(`KILL ${db.connectionId}`);
      for (const call of [db.query('SELECT 1'), db.change('DO 1'), db.attempt('DO 1')]) {
        await expect(call).rejects.toMatchObject({ code: 'DATABASE_LOST', exitCode: 75 });
      }
    });
  });

  it('goes on without encryption where the server has none and MYSQL_TLS=preferred', async () => {
    const option = flavour === 'mysql' ? '--tls-version=' : '--skip-ssl';
    const plain = await startServer(flavour, [option]);
    try {
      const config = await plain.createDatabase();
      await withDatabase(config, async (db) => expect(db.encrypted).toBe(false));
      await expect(connectDatabase({ ...config, tls: 'required' })).rejects.toMatchObject({
        code: 'DATABASE_LOGIN_REFUSED',
      });
    } finally {
      await plain.stop();
    }
  });
});

describe('a server that dies without a word', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer('mysql');
  });
  afterAll(() => server.stop());

  it('waits for a statement that takes long, and notices within 35 s that the server is dead', async () => {
    const config = await server.createDatabase();
    await withDatabase(config, async (db) => {
      await db.query('SELECT SLEEP(12)');
      await server.pause();
      try {
        const startMs = performance.now();
        await expect(db.query('SELECT 1')).rejects.toMatchObject({ code: 'DATABASE_LOST' });
        expect(performance.now() - startMs).toBeLessThan(35_000);
      } finally {
        await server.resume();
      }
    });
  });

  it('gives up connecting to a server that accepts and never answers', async () => {
    const config = await server.createDatabase();
    await server.pause();
    try {
      // The port answers, as a proxy or a stopped process would.
      await expect(connectDatabase(config)).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    } finally {
      await server.resume();
    }
  });
});
