import { describe, expect, it } from 'vitest';
import { type Backup, type BackupTable, compareTables, isComplete, parseBackup } from '../../../src/database/backup.ts';
import { UpgradeError } from '../../../src/engine/errors.ts';
import { seal } from '../../../src/engine/sealed.ts';
import { everyCut, everyFlip } from '../../support/damage.ts';

const table = (name: string, change: Partial<BackupTable> = {}): BackupTable => ({
  name,
  rows: 1,
  checksum: '7',
  definition: 'd',
  ...change,
});

describe('parseBackup', () => {
  const backup: Omit<Backup, 'dir'> = {
    schema: 1,
    database: 'eggroll_meta',
    server: { flavour: 'mysql', version: '8.4.0' },
    client: 'mysql 8.4.0',
    sizeBytes: 4711,
    sha256: 'a'.repeat(64),
    createdAt: '2026-01-02T03:04:05Z',
    tables: [table('store_option'), table('中文')],
    proven: true,
  };
  const bytes = Buffer.from(seal(backup));

  /** What was read; undefined when it was found damaged. Anything else that is thrown fails the test. */
  function read(from: Buffer): Backup | undefined {
    try {
      return parseBackup('/state/x', from);
    } catch (error) {
      expect(error).toBeInstanceOf(UpgradeError);
      expect((error as UpgradeError).code).toBe('BACKUP_DAMAGED');
      return undefined;
    }
  }

  it('reads what was written, and adds where it was', () => {
    expect(read(bytes)).toEqual({ ...backup, dir: '/state/x' });
  });

  it('finds it damaged when it was cut at any byte', () => {
    for (const cut of everyCut(bytes).slice(0, -1)) expect(read(cut), `cut at ${cut.length}`).toBeUndefined();
  });

  it('never reads another value out of a flipped bit', () => {
    for (const flipped of everyFlip(bytes)) {
      const parsed = read(flipped);
      if (parsed) expect(parsed).toEqual({ ...backup, dir: '/state/x' });
    }
  });

  it('does not take a list, or another schema, for a backup', () => {
    expect(read(Buffer.from(seal([])))).toBeUndefined();
    expect(read(Buffer.from(seal({ ...backup, schema: 2 })))).toBeUndefined();
  });
});

describe('isComplete', () => {
  it.each(['-- Dump completed\n', 'x;\n-- Dump completed on 2026-01-01  1:02:03\n', 'x\n-- Dump completed'])(
    'takes %j',
    (tail) => {
      expect(isComplete(tail)).toBe(true);
    },
  );

  it.each(['', '-- Dump complete', "INSERT INTO t VALUES ('-- Dump completed\n');\n", '-- Dump completed\nINSERT'])(
    'does not take %j',
    (tail) => {
      expect(isComplete(tail)).toBe(false);
    },
  );
});

describe('compareTables', () => {
  it('finds no difference between equal states', () => {
    expect(compareTables([table('a'), table('b')], [table('b'), table('a')])).toEqual([]);
  });

  it('names every difference', () => {
    const found = [table('b', { rows: 2 }), table('c', { checksum: '8' }), table('d', { definition: 'e' }), table('x')];
    expect(compareTables([table('a'), table('b'), table('c'), table('d')], found)).toEqual([
      'table x is one too many',
      'table a is missing',
      'table b has 2 rows instead of 1',
      'table c has other content',
      'table d is defined differently',
    ]);
  });
});
