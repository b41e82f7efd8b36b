import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseConfig } from '../../../src/config/config.ts';
import { describeTables } from '../../../src/database/backup.ts';
import { canUseScratch, checkGrants, inspectDatabase, scratchFindings } from '../../../src/database/inspect.ts';
import { remedyOf } from '../../../src/engine/errors.ts';
import type { Flavour } from '../../support/containers.ts';
import { withSiblings } from '../../support/extent.ts';
import { schema20, startServer, type TestServer, userPassword, withDatabase } from '../../support/mysql.ts';

describe.each(withSiblings<Flavour>(['mysql'], ['mariadb']))('grants on %s', (flavour) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(flavour);
  });
  afterAll(() => server.stop());

  let accounts = 0;
  /** A configuration with an account of its own that has only these rights. */
  async function withRights(rights: string, scratchRights?: string): Promise<DatabaseConfig> {
    accounts += 1;
    const config = await server.createDatabase();
    const user = `limited_${accounts}`;
    const literal = userPassword.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
    await server.asRoot([
      `CREATE USER '${user}'@'%' IDENTIFIED BY '${literal}'`,
      `GRANT ${rights} ON ${config.name}.* TO '${user}'@'%'`,
      ...(scratchRights ? [`GRANT ${scratchRights} ON ${config.scratchName}.* TO '${user}'@'%'`] : []),
    ]);
    await server.asRoot(schema20, config.name);
    return { ...config, user };
  }

  it('finds nothing wrong with an account that has all rights, and changes nothing', async () => {
    const config = await withRights('ALL PRIVILEGES', 'ALL PRIVILEGES');
    await withDatabase(config, async (db) => {
      const before = await describeTables(db, db.name);
      expect(await checkGrants(db, config)).toEqual([]);
      expect(await canUseScratch(db, config)).toBe(true);
      expect(await describeTables(db, db.name)).toEqual(before);
      expect(db.changes).toBe(0);
    });
    expect((await server.asRoot('SHOW DATABASES')).map((row) => row['Database'])).not.toContain(config.scratchName);
  });

  it('is satisfied with exactly the rights that it asks for', async () => {
    const rights = 'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX';
    const config = await withRights(`${rights}, TRIGGER, EVENT`, rights);
    await withDatabase(config, async (db) => expect(await checkGrants(db, config)).toEqual([]));
  });

  it('lists every missing right as the statement to run, which then helps', async () => {
    const config = await withRights('SELECT, INSERT', 'SELECT');
    await withDatabase(config, async (db) => {
      const findings = await checkGrants(db, config);
      expect(findings.map(({ code }) => code)).toEqual(['GRANT_MISSING', 'GRANT_MISSING']);
      const statements = findings.map((finding) => /run: (GRANT .*;)$/.exec(remedyOf(finding))?.[1] ?? '');
      expect(statements[0]).toBe(
        `GRANT UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, EVENT, TRIGGER ON \`${config.name}\`.* TO '${config.user}'@'%';`,
      );
      await server.asRoot(statements);
    });
    await withDatabase(config, async (db) => expect(await checkGrants(db, config)).toEqual([]));
  });

  it('asks for no scratch schema when no proof is asked for, but can tell', async () => {
    const config = { ...(await withRights('ALL PRIVILEGES')), requireProof: false };
    await withDatabase(config, async (db) => {
      expect(await checkGrants(db, config)).toEqual([]);
      expect((await scratchFindings(db, config)).map(({ code }) => code)).toEqual(['GRANT_MISSING']);
      expect(await canUseScratch(db, config)).toBe(false);
    });
  });

  it('reports a scratch schema of somebody else', async () => {
    const config = await withRights('ALL PRIVILEGES', 'ALL PRIVILEGES');
    await server.asRoot([
      `CREATE DATABASE ${config.scratchName}`,
      `CREATE TABLE ${config.scratchName}.precious (a INT)`,
    ]);
    await withDatabase(config, async (db) => {
      const [finding] = await checkGrants(db, config);
      expect(finding).toMatchObject({ code: 'SCRATCH_UNUSABLE', found: expect.stringContaining('precious') });
    });
  });

  it('asks for rights on fate_flow only when it shall be purged', async () => {
    const config = await withRights('ALL PRIVILEGES', 'ALL PRIVILEGES');
    await server.asRoot(['CREATE DATABASE fate_flow', `GRANT SELECT ON fate_flow.* TO '${config.user}'@'%'`]);
    await withDatabase(config, async (db) => {
      expect(await checkGrants(db, config)).toEqual([]);
      const [finding] = await checkGrants(db, { ...config, purge: 'fate' });
      expect(finding).toMatchObject({ code: 'GRANT_MISSING', where: 'database fate_flow' });
    });
    await server.asRoot('DROP DATABASE fate_flow');
  });

  it('reports a read-only server', async () => {
    const config = await withRights('ALL PRIVILEGES', 'ALL PRIVILEGES');
    await server.asRoot('SET GLOBAL read_only = 1');
    try {
      await withDatabase(config, async (db) => {
        expect((await checkGrants(db, config)).map(({ code }) => code)).toEqual(['DATABASE_READ_ONLY']);
        expect((await inspectDatabase(db)).readOnly).toBe(true);
        await expect(db.change('CREATE TABLE t (a INT)')).rejects.toMatchObject({ code: 'DATABASE_READ_ONLY' });
      });
    } finally {
      await server.asRoot('SET GLOBAL read_only = 0');
    }
  });

  it('misses a dump client before anything else is done', async () => {
    const config = { ...(await withRights('ALL PRIVILEGES', 'ALL PRIVILEGES')), clientHome: '/nowhere' };
    await withDatabase(config, async (db) => {
      expect((await checkGrants(db, config)).map(({ code }) => code)).toEqual(['DUMP_CLIENT_MISSING']);
    });
  });

  it('tells tables, columns, FATE tables, and what cannot be put back', async () => {
    const config = await withRights('ALL PRIVILEGES', 'ALL PRIVILEGES');
    await server.asRoot(
      [
        'CREATE TABLE t_job (a INT) ENGINE=MyISAM',
        'CREATE TABLE eggroll_upgrade_aside (a INT)',
        'CREATE VIEW v AS SELECT 1 AS one',
        'CREATE TRIGGER tr BEFORE INSERT ON t_job FOR EACH ROW SET @a = 1',
        'CREATE PROCEDURE p() SELECT 1',
        'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1',
        'CREATE TABLE child (x INT UNIQUE, y INT, z FLOAT, v INT AS (y + 1) VIRTUAL, FOREIGN KEY fk (y) REFERENCES child (x)) ENGINE=InnoDB',
      ],
      config.name,
    );
    await withDatabase(config, async (db) => {
      const facts = await inspectDatabase(db);
      expect(facts.tables.map(({ name }) => name)).not.toContain('eggroll_upgrade_aside');
      expect(facts.nonInnoDb).toEqual(['t_job']);
      expect(facts.fateTables).toEqual(['t_job']);
      const option = facts.columns.find(
        ({ table, column }) => table === 'store_option' && column === 'store_locator_id',
      );
      expect(option).toEqual({
        table: 'store_option',
        column: 'store_locator_id',
        type: 'varchar(2000)',
        nullable: true,
      });
      const kinds = facts.unsupported.map((text) => text.split(' ')[0]);
      const more = flavour === 'mariadb' ? ['generated'] : [];
      expect(kinds).toEqual(['view', 'trigger', 'procedure', 'event', 'foreign', ...more, 'float']);
      expect((await checkGrants(db, config)).map(({ code }) => code)).toEqual(['DATABASE_UNSUPPORTED']);
    });
  });

  it('does not count what belongs to tables of our own', async () => {
    const config = await withRights('ALL PRIVILEGES', 'ALL PRIVILEGES');
    await server.asRoot(
      [
        'CREATE TABLE eggroll_upgrade_aside_p (x INT PRIMARY KEY)',
        'CREATE TABLE eggroll_upgrade_aside_c (y INT, z FLOAT, v INT AS (y + 1) VIRTUAL, CHECK (y > 0), FOREIGN KEY (y) REFERENCES eggroll_upgrade_aside_p (x))',
        'CREATE TRIGGER tr BEFORE INSERT ON eggroll_upgrade_aside_c FOR EACH ROW SET @a = 1',
        ...(flavour === 'mariadb'
          ? ['CREATE SEQUENCE eggroll_upgrade_aside_s', 'ALTER TABLE eggroll_upgrade_aside_p ADD SYSTEM VERSIONING']
          : []),
      ],
      config.name,
    );
    await withDatabase(config, async (db) => {
      expect((await inspectDatabase(db)).unsupported).toEqual([]);
      expect(await checkGrants(db, config)).toEqual([]);
    });
  });

  it("refuses to purge FATE's own database when it holds what cannot be put back, but not for a view", async () => {
    const config = await withRights('ALL PRIVILEGES', 'ALL PRIVILEGES');
    await server.asRoot([
      'CREATE DATABASE fate_flow',
      `GRANT ALL PRIVILEGES ON fate_flow.* TO '${config.user}'@'%'`,
      'CREATE TABLE fate_flow.t_job (x INT PRIMARY KEY)',
      'CREATE TABLE fate_flow.other (z FLOAT)',
      'CREATE TRIGGER fate_flow.other_trigger BEFORE INSERT ON fate_flow.other FOR EACH ROW SET @a = 1',
      'CREATE VIEW fate_flow.v AS SELECT x FROM fate_flow.t_job',
    ]);
    const purging = { ...config, purge: 'fate' as const };
    await withDatabase(config, async (db) => {
      expect(await checkGrants(db, purging)).toEqual([]);
      await server.asRoot('CREATE TRIGGER tr BEFORE INSERT ON t_job FOR EACH ROW SET @a = 1', 'fate_flow');
      await server.asRoot(
        'ALTER TABLE other ADD x INT, ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES t_job (x)',
        'fate_flow',
      );
      expect(await checkGrants(db, purging)).toMatchObject([
        { code: 'DATABASE_UNSUPPORTED', found: 'It holds trigger tr of t_job, foreign key f of other.' },
      ]);
      expect(await checkGrants(db, config)).toEqual([]);
    });
    await server.asRoot('DROP DATABASE fate_flow');
  });

  if (flavour === 'mariadb') {
    it('reports tables with a history, and sequences', async () => {
      const config = await withRights('ALL PRIVILEGES', 'ALL PRIVILEGES');
      await server.asRoot(['CREATE TABLE past (a INT) WITH SYSTEM VERSIONING', 'CREATE SEQUENCE s'], config.name);
      await withDatabase(config, async (db) => {
        expect([...(await inspectDatabase(db)).unsupported].sort()).toEqual(['sequence s', 'system versioned past']);
        expect((await checkGrants(db, config)).map(({ code }) => code)).toEqual(['DATABASE_UNSUPPORTED']);
      });
    });
  }

  const keySettings =
    flavour === 'mysql'
      ? ['sql_require_primary_key', 'sql_generate_invisible_primary_key']
      : ['innodb_force_primary_key'];
  it.each(keySettings)('reports tables without a primary key where %s is ON, and what helps', async (setting) => {
    const config = await withRights('ALL PRIVILEGES', 'ALL PRIVILEGES');
    await server.asRoot(
      ['CREATE TABLE t_job (a INT PRIMARY KEY)', 'CREATE TABLE eggroll_upgrade_aside_x (a INT)'],
      config.name,
    );
    await server.asRoot(`SET GLOBAL ${setting} = ON`);
    try {
      const remedy = await withDatabase(config, async (db) => {
        const [finding, ...others] = await checkGrants(db, config);
        expect(others).toEqual([]);
        expect(finding).toMatchObject({
          code: 'DATABASE_UNSUPPORTED',
          found: expect.stringMatching(new RegExp(`^${setting} is ON.*: session_option, store_option\\.$`)),
        });
        return finding && remedyOf(finding);
      });
      await server.asRoot(/run: (SET GLOBAL .*;)$/.exec(remedy ?? '')?.[1] ?? '');
      await withDatabase(config, async (db) => expect(await checkGrants(db, config)).toEqual([]));
    } finally {
      await server.asRoot(`SET GLOBAL ${setting} = OFF`);
    }
  });
});
