import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeTables } from '../../../src/database/backup.ts';
import type { Database } from '../../../src/database/database.ts';
import { canUseScratch } from '../../../src/database/inspect.ts';
import { codeObjects, everyTable } from '../../../src/database/objects.ts';
import { copyToScratch, rehearse, withScratch } from '../../../src/database/scratch.ts';
import { parseStatements } from '../../../src/database/statements.ts';
import { guideSql } from '../../../src/rehearsal/guide.ts';
import { schemaSql } from '../../../src/rehearsal/schema.ts';
import { seedSql } from '../../../src/rehearsal/seed.ts';
import type { Flavour } from '../../support/containers.ts';
import { withSiblings } from '../../support/extent.ts';
import { migration22, schema20, startServer, type TestServer, withDatabase } from '../../support/mysql.ts';

describe.each(withSiblings<Flavour>(['mysql'], ['mariadb']))('scratch schema on %s', (flavour) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(flavour, ['--log-bin']);
  });
  afterAll(() => server.stop());

  async function prepared(options: { readonly scratchRights?: boolean } = {}) {
    const config = await server.createDatabase(options);
    await server.asRoot(schema20, config.name);
    return config;
  }
  const schemas = async (name: string) =>
    (await server.asRoot('SHOW DATABASES')).filter((row) => row['Database'] === name);

  it('holds an equal copy, also of odd rows, and is dropped afterwards', async () => {
    const config = await prepared();
    await server.asRoot(
      [
        "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO'",
        "INSERT INTO server_node (server_node_id, host, port, node_type, status) VALUES (0, 'zero', 1, '', '')",
        "CREATE TABLE odd (id INT PRIMARY KEY, d DATE NOT NULL DEFAULT '1970-01-01', twice INT AS (id * 2) STORED, b VARBINARY(9))",
        "INSERT INTO odd (id, d, b) VALUES (1, '0000-00-00', 0x00ff)",
      ],
      config.name,
    );
    await withDatabase(config, async (db) => {
      const before = await describeTables(db, db.name);
      await withScratch(db, config, async (schema) => {
        await copyToScratch(db, schema);
        expect(await describeTables(db, schema)).toEqual(before);
      });
      expect(db.changes).toBe(0);
    });
    expect(await schemas(config.scratchName)).toEqual([]);
  });

  it('rehearses every statement on the copy, times it, and leaves the database alone', async () => {
    const config = await prepared();
    const statements = parseStatements(migration22.replace('%DB%', config.name), 'm.sql', config.name);
    await withDatabase(config, async (db) => {
      const before = await describeTables(db, db.name);
      const rehearsed = await rehearse(db, config, statements);
      expect(rehearsed?.statements.map(({ statement }) => statement.index)).toEqual([1, 2, 3, 4, 5]);
      expect(rehearsed?.statements.every(({ durationMs }) => durationMs > 0)).toBe(true);
      expect(rehearsed?.copyMs).toBeGreaterThan(0);
      expect(rehearsed?.columns).toContainEqual(
        expect.objectContaining({ table: 'store_option', column: 'store_option_id' }),
      );
      expect(await describeTables(db, db.name)).toEqual(before);
    });
    expect(await schemas(config.scratchName)).toEqual([]);
  });

  it("rehearses the guide's own list on a lived-in database of 2.0.2, and finds it wrong on one of 2.2.1", async () => {
    const lists = [
      ['2.0.2', 'passes'],
      ['2.2.1', 'fails'],
    ] as const;
    for (const [release, outcome] of lists) {
      const config = await server.createDatabase();
      const fixture = parseStatements(schemaSql(release) + seedSql(release), 'fixture.sql').map(({ sql }) => sql);
      await server.asRoot(fixture, config.name);
      const statements = parseStatements(
        guideSql('2.0-2.2', { comments: true, lineEnd: '\r\n' }),
        'guide.sql',
        config.name,
      );
      await withDatabase(config, async (db) => {
        const rehearsal = rehearse(db, config, statements);
        if (outcome === 'passes') expect((await rehearsal)?.statements).toHaveLength(5);
        else await expect(rehearsal).rejects.toThrow('Statement 2 of 5 failed: Duplicate column name');
      });
    }
  });

  it('finds the statement that fails on the rows of today; nothing is changed and nothing left', async () => {
    const config = await prepared();
    await server.asRoot(
      "INSERT INTO store_option (store_locator_id, name) VALUES ('not a number', 'bad')",
      config.name,
    );
    const statements = parseStatements(`select 1;\n${migration22.replace('%DB%', config.name)}`, 'm.sql', config.name);
    await withDatabase(config, async (db) => {
      const before = await describeTables(db, db.name);
      const error = await rehearse(db, config, statements).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'SQL_FAILED_IN_REHEARSAL', exitCode: 65 });
      expect(String(error)).toContain('Statement 2 of 6 failed');
      // MariaDB does not name the column, so the whole statement is pointed to.
      expect(String(error)).toContain(flavour === 'mysql' ? 'm.sql:4:40:' : 'm.sql:4:1:');
      expect(String(error)).toContain("The row in store_option: store_locator_id = 'not a number', name = 'bad'");
      expect(String(error)).toContain('nothing was changed');
      expect(await describeTables(db, db.name)).toEqual(before);
    });
    expect(await schemas(config.scratchName)).toEqual([]);
  });

  it.each([
    [
      "INSERT INTO store_option (store_locator_id, name) VALUES ('', 'empty')",
      "store_option: store_locator_id = '', name = 'empty'",
    ],
    [
      "INSERT INTO store_option (store_locator_id, name) VALUES (NULL, 'none')",
      "store_option: store_locator_id = NULL, name = 'none'",
    ],
    [
      "INSERT INTO session_main (session_id, name, status) VALUES (REPEAT('x', 800), 'long', '')",
      "(800 characters), name = 'long'",
    ],
  ])('names the row of today that fails: %s', async (insert, row) => {
    const config = await prepared();
    await server.asRoot(insert, config.name);
    const text = `ALTER TABLE store_option MODIFY store_locator_id BIGINT UNSIGNED NOT NULL;
      ALTER TABLE session_main MODIFY COLUMN session_id VARCHAR(767);`;
    await withDatabase(config, async (db) => {
      const error = await rehearse(db, config, parseStatements(text, 'm.sql')).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'SQL_FAILED_IN_REHEARSAL' });
      expect(String(error)).toContain(row);
    });
  });

  it('finds a value that does not fit also where the server would cut it without a word', async () => {
    const config = await prepared();
    const [before] = await server.asRoot('SELECT @@GLOBAL.sql_mode AS mode');
    await server.asRoot("SET GLOBAL sql_mode = ''");
    try {
      const statements = parseStatements('ALTER TABLE session_main MODIFY COLUMN session_id VARCHAR(1)', 'm.sql');
      await withDatabase(config, (db) =>
        expect(rehearse(db, config, statements)).rejects.toMatchObject({ code: 'SQL_FAILED_IN_REHEARSAL' }),
      );
    } finally {
      await server.asRoot(`SET GLOBAL sql_mode = '${before?.['mode']}'`);
    }
  });

  it('refuses a migration that leaves behind what cannot be put back, and takes one that drops its helpers', async () => {
    const config = await prepared();
    const create = 'DELIMITER //\nCREATE PROCEDURE helper() BEGIN SELECT 1; END//\nDELIMITER ;\nCALL helper();\n';
    await withDatabase(config, async (db) => {
      const left = rehearse(db, config, parseStatements(create, 'm.sql'));
      await expect(left).rejects.toThrow('After these statements the database would hold procedure helper');
      await expect(left).rejects.toMatchObject({ code: 'SQL_INVALID' });
      expect(
        (await rehearse(db, config, parseStatements(`${create}DROP PROCEDURE helper;`, 'm.sql')))?.statements,
      ).toHaveLength(3);
    });
  });

  it('refuses statements that would reach out of the copy', async () => {
    const config = await prepared();
    await withDatabase(config, async (db) => {
      const named = [
        `DELETE FROM ${config.name}.session_main`,
        `INSERT INTO session_main SELECT * FROM \`${config.name}\` . x`,
      ];
      for (const sql of named) {
        await expect(rehearse(db, config, parseStatements(sql, 'm.sql'))).rejects.toMatchObject({
          code: 'SQL_INVALID',
        });
      }
      // A schema that the account may not see is refused by the server itself.
      const hidden = parseStatements('DELETE FROM mysql.user', 'm.sql');
      await expect(rehearse(db, config, hidden)).rejects.toMatchObject({ exitCode: 65 });
    });
    const [row] = await server.asRoot('SELECT COUNT(*) AS n FROM session_main', config.name);
    expect(Number(row?.['n'])).toBe(2);
  });

  it('never touches a schema that holds tables of somebody else', async () => {
    const config = await prepared();
    await server.asRoot([
      `CREATE DATABASE ${config.scratchName}`,
      `CREATE TABLE ${config.scratchName}.precious (a INT)`,
    ]);
    await withDatabase(config, async (db) => {
      const error = await withScratch(db, config, async () => undefined).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'SCRATCH_UNUSABLE', exitCode: 77 });
      expect(String(error)).toContain('precious');
      const itself = { ...config, scratchName: config.name };
      await expect(withScratch(db, itself, async () => undefined)).rejects.toMatchObject({ code: 'SCRATCH_UNUSABLE' });
    });
    expect(await server.asRoot('SHOW TABLES', config.scratchName)).toHaveLength(1);
    expect(await server.asRoot('SHOW TABLES', config.name)).toHaveLength(4);
    await server.asRoot(
      ['DROP TABLE precious', 'CREATE PROCEDURE of_value() SELECT 1', 'CREATE VIEW outlook AS SELECT 1 AS one'],
      config.scratchName,
    );
    await withDatabase(config, async (db) => {
      const found = 'It exists and holds what is not ours: view outlook, procedure of_value.';
      await expect(withScratch(db, config, async () => undefined)).rejects.toThrow(found);
    });
  });

  it('drops what a killed run left, and keeps an empty schema that was there before', async () => {
    const config = await prepared();
    await server.asRoot(`CREATE DATABASE ${config.scratchName}`);
    await withDatabase(config, async (db) => {
      const killed = withScratch(db, config, async (schema) => {
        await db.work(`CREATE TABLE ${schema}.rest (a INT)`);
        await server.asRoot(`KILL ${db.connectionId}`);
        await db.query('SELECT 1');
      });
      await expect(killed).rejects.toMatchObject({ code: 'DATABASE_LOST' });
    });
    expect(await server.asRoot('SHOW TABLES', config.scratchName)).toHaveLength(2);
    await withDatabase(config, async (db) => {
      await withScratch(db, config, async (schema) => {
        await expect(db.query(`SELECT * FROM ${schema}.rest`)).rejects.toMatchObject({ code: 'DATABASE_FAILED' });
      });
    });
    expect(await server.asRoot('SHOW TABLES', config.scratchName)).toEqual([]);
  });

  it('leaves nothing of a failed rehearsal in a schema that was there before', async () => {
    const config = await prepared();
    await server.asRoot([
      `CREATE DATABASE ${config.scratchName}`,
      `GRANT EVENT ON ${config.scratchName}.* TO '${config.user}'@'%'`,
    ]);
    const made = [
      'TABLE helper_table (a INT)',
      'PROCEDURE helper() SELECT 1',
      'VIEW helper_view AS SELECT * FROM helper_table',
      'EVENT helper_event ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1',
    ];
    await withDatabase(config, async (db) => {
      const failed = withScratch(db, config, async (schema) => {
        await db.work(`USE ${schema}`);
        for (const what of made) await db.work(`CREATE ${what}`);
        throw new Error('no more');
      });
      await expect(failed).rejects.toThrow('no more');
      expect(await codeObjects(db, config.scratchName)).toEqual([]);
      expect(await everyTable(db, config.scratchName)).toEqual([]);
      // And so the next run may use it.
      expect(await canUseScratch(db, config)).toBe(true);
    });
    expect(await schemas(config.scratchName)).toHaveLength(1);
  });

  it('has the character set of the database also where it was there before', async () => {
    const config = await prepared();
    await server.asRoot(`CREATE DATABASE ${config.scratchName} CHARACTER SET utf8mb4`);
    await withDatabase(config, async (db) => {
      await withScratch(db, config, async (schema) => {
        await db.work(`CREATE TABLE ${schema}.plain (a VARCHAR(9))`);
        const [created] = await db.query(`SHOW CREATE TABLE ${schema}.plain`);
        expect(created?.['Create Table']).toContain('CHARSET=latin1');
      });
    });
  });

  it.each([
    ['a schema that was there before', true],
    ['one that it made', false],
  ])('tells %s, whenever a run was killed in it', async (_, wasThere) => {
    const config = await prepared();
    if (wasThere) await server.asRoot(`CREATE DATABASE ${config.scratchName}`);
    await withDatabase(config, async (db) => {
      const fragile: Database = {
        ...db,
        work: async (sql, params) => {
          const affected = await db.work(sql, params);
          if (sql.startsWith('CREATE TABLE')) await server.asRoot(`KILL ${db.connectionId}`);
          return affected;
        },
      };
      await expect(withScratch(fragile, config, () => db.query('SELECT 1'))).rejects.toMatchObject({
        code: 'DATABASE_LOST',
      });
    });
    expect(await server.asRoot('SHOW TABLES', config.scratchName)).toHaveLength(1);
    await withDatabase(config, (db) => withScratch(db, config, async () => undefined));
    expect(await schemas(config.scratchName)).toHaveLength(wasThere ? 1 : 0);
  });

  if (flavour === 'mysql') {
    it('can be had where every table needs a primary key', async () => {
      const config = await prepared();
      await server.asRoot('SET GLOBAL sql_require_primary_key = ON');
      try {
        await withDatabase(config, (db) => withScratch(db, config, async () => undefined));
      } finally {
        await server.asRoot('SET GLOBAL sql_require_primary_key = OFF');
      }
    });
  }

  it('copies and rehearses also where the server logs statements', async () => {
    const config = await prepared();
    const [before] = await server.asRoot('SELECT @@GLOBAL.binlog_format AS format, @@GLOBAL.log_bin AS log_bin');
    expect(before?.['log_bin']).toBe(1);
    await server.asRoot('SET GLOBAL binlog_format = STATEMENT');
    try {
      const statements = parseStatements(migration22.replace('%DB%', config.name), 'm.sql', config.name);
      await withDatabase(config, async (db) => {
        expect((await rehearse(db, config, statements))?.statements).toHaveLength(5);
      });
    } finally {
      await server.asRoot(`SET GLOBAL binlog_format = ${before?.['format']}`);
    }
  });

  it.each([
    ['passed', 'DO 1'],
    ['failed', 'ALTER TABLE missing ADD x INT'],
  ])("puts the session's settings back after statements that %s", async (_, last) => {
    const config = await prepared();
    const text = `SET foreign_key_checks = 0, unique_checks = 0; SET sql_notes = 0; SET sql_safe_updates = 1; ${last};`;
    await withDatabase(config, async (db) => {
      const settings = () =>
        db.query('SELECT @@foreign_key_checks, @@unique_checks, @@sql_notes, @@sql_safe_updates, @@sql_mode');
      const before = await settings();
      await rehearse(db, config, parseStatements(text, 'm.sql')).catch((error: unknown) =>
        expect(error).toMatchObject({ code: 'SQL_FAILED_IN_REHEARSAL' }),
      );
      expect(await settings()).toEqual(before);
    });
  });

  it('lets one run at a time work in it', async () => {
    const config = await prepared();
    await withDatabase(config, (first) =>
      withScratch(first, config, async () => {
        await withDatabase(config, async (second) => {
          await expect(withScratch(second, config, async () => undefined)).rejects.toMatchObject({
            code: 'SCRATCH_UNUSABLE',
          });
        });
        expect(await schemas(config.scratchName)).toHaveLength(1);
      }),
    );
  });

  it('is not used where it cannot be had and no proof is asked for', async () => {
    const config = { ...(await prepared({ scratchRights: false })), requireProof: false };
    const statements = parseStatements(migration22.replace('%DB%', config.name), 'm.sql', config.name);
    await withDatabase(config, async (db) => {
      expect(await rehearse(db, config, statements)).toBeUndefined();
      await expect(rehearse(db, { ...config, requireProof: true }, statements)).rejects.toMatchObject({
        code: 'GRANT_MISSING',
      });
    });
  });
});
