// Random tables and rows of every type that a server has, as SQL.

import fc from 'fast-check';
import type { Flavour } from '../../support/containers.ts';

/** A type, and values of it as SQL literals. */
interface ColumnType {
  readonly sql: string;
  readonly value: fc.Arbitrary<string>;
}

export interface RandomTable {
  readonly create: string;
  readonly inserts: readonly string[];
}

/** Tables of a schema, each with its rows. Names are unlike each other on every server. */
export function randomTables(flavour: Flavour): fc.Arbitrary<RandomTable[]> {
  const types = [...everywhere, ...(flavour === 'mysql' ? mysqlOnly : mariadbOnly)];
  const columns = fc.array(columnOf(fc.oneof(...types)), { minLength: 1, maxLength: 12 });
  const table = fc.record({ name: fc.constantFrom(...names), key: key(), columns, generated: fc.boolean() });
  return fc
    .uniqueArray(table, { selector: ({ name }) => name.toLowerCase(), minLength: 1, maxLength: 3 })
    .chain((tables) => fc.tuple(...tables.map((found) => withRows(found, flavour))));
}

const names = ['plain', 'with space', 'back`tick', 'sélect', 'order', 'a-b', 'UPPER', 'dot.ted', '%s', "quo'te", '0'];
const comments = ['', 'of a column', "it's; -- not /* a comment", 'back\\slash', 'línea'];

interface Column extends ColumnType {
  readonly comment: string;
  readonly isNullable: boolean;
  readonly isInvisible: boolean;
}

interface Table {
  readonly name: string;
  readonly key: ColumnType;
  readonly columns: readonly Column[];
  readonly generated: boolean;
}

function columnOf(type: fc.Arbitrary<ColumnType>): fc.Arbitrary<Column> {
  const more = fc.record({
    comment: fc.constantFrom(...comments),
    isNullable: fc.boolean(),
    isInvisible: fc.boolean(),
  });
  return fc.tuple(type, more).map(([{ sql, value }, { comment, isNullable, isInvisible }]) => ({
    sql,
    value: isNullable
      ? fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: fc.constant('NULL') })
      : value,
    comment,
    isNullable,
    // MariaDB wants a default of what an INSERT need not name.
    isInvisible: isInvisible && isNullable,
  }));
}

function key() {
  return fc.constantFrom(
    { sql: 'BIGINT UNSIGNED AUTO_INCREMENT', value: integer(32, true) },
    { sql: 'INT', value: integer(32, false) },
    { sql: 'VARCHAR(40) CHARACTER SET latin1', value: text('latin1', 40) },
    { sql: 'VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin', value: text('utf8mb4', 40) },
    { sql: 'VARBINARY(20)', value: hex(20) },
    { sql: 'DECIMAL(20,3)', value: decimal(17, 3) },
    { sql: 'DATETIME(3)', value: date(1000, 9998, 'T', 3) },
  );
}

function withRows(table: Table, flavour: Flavour): fc.Arbitrary<RandomTable> {
  const { name, columns, generated } = table;
  const column = (index: number) => quote(`${names[index % names.length]}${index}`);
  const lines = [
    `${quote('the key')} ${table.key.sql} NOT NULL`,
    ...columns.map(({ sql, isNullable, isInvisible, comment }, index) =>
      [
        column(index),
        sql,
        isNullable ? 'NULL' : 'NOT NULL',
        isInvisible ? 'INVISIBLE' : '',
        `COMMENT '${escaped(comment)}'`,
      ].join(' '),
    ),
    // MariaDB's checksum of a table with one is not repeatable.
    ...(generated && flavour === 'mysql'
      ? ['n INT NOT NULL DEFAULT 7', 'g1 INT AS (n + 1) VIRTUAL', 'g2 INT AS (n + 2) STORED']
      : []),
    'changed_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP',
    `PRIMARY KEY (${quote('the key')})`,
  ];
  const create = `CREATE TABLE ${quote(name)} (${lines.join(', ')}) ENGINE=InnoDB`;
  const into = [quote('the key'), ...columns.map((_, index) => column(index)), 'changed_at'].join(', ');
  const row = fc.tuple(table.key.value, ...columns.map(({ value }) => value));
  return fc.array(row, { maxLength: 8 }).map((rows) => ({
    create,
    // Keys that a server takes for equal are left out by it.
    inserts: rows.map(
      (values) => `INSERT IGNORE INTO ${quote(name)} (${into}) VALUES (${values.join(', ')}, '2020-02-02 02:02:02')`,
    ),
  }));
}

const integers = [8, 16, 24, 32, 64] as const;
const integerNames = { 8: 'TINYINT', 16: 'SMALLINT', 24: 'MEDIUMINT', 32: 'INT', 64: 'BIGINT' };

const type = (sql: string, value: fc.Arbitrary<string>): fc.Arbitrary<ColumnType> => fc.constant({ sql, value });

const everywhere: readonly fc.Arbitrary<ColumnType>[] = [
  ...integers.flatMap((bits) => [
    type(integerNames[bits], integer(bits, false)),
    type(`${integerNames[bits]} UNSIGNED ZEROFILL`, integer(bits, true)),
  ]),
  type('BOOLEAN', fc.constantFrom('TRUE', 'FALSE')),
  type('BIT(1)', bits(1)),
  type('BIT(64)', bits(64)),
  type('DECIMAL(65,30)', decimal(35, 30)),
  type('DECIMAL(5,0)', decimal(5, 0)),
  // Twice, as a dump loses them most easily.
  type('FLOAT', number(fc.float({ noNaN: true, noDefaultInfinity: true }))),
  type('FLOAT UNSIGNED', number(fc.float({ noNaN: true, noDefaultInfinity: true, min: 0 }))),
  type('FLOAT(12,4)', number(fc.float({ noNaN: true, min: -99_999_992, max: 99_999_992 }))),
  type('DOUBLE', number(fc.double({ noNaN: true, noDefaultInfinity: true }))),
  type('DOUBLE(20,5)', number(fc.double({ noNaN: true, min: -1e14, max: 1e14 }))),
  type('DATE', fc.oneof(date(1000, 9998), fc.constantFrom("'0000-00-00'", "'2024-00-00'"))),
  type('DATETIME', fc.oneof(date(1000, 9998, 'T', 0), fc.constant("'0000-00-00 00:00:00'"))),
  type('DATETIME(6)', date(1000, 9998, 'T', 6)),
  type('TIMESTAMP', fc.oneof(date(1971, 2037, 'T', 0), fc.constant("'0000-00-00 00:00:00'"))),
  type('TIMESTAMP(6)', date(1971, 2037, 'T', 6)),
  type('TIME', time(0)),
  type('TIME(6)', time(6)),
  type('YEAR', fc.oneof(fc.integer({ min: 1901, max: 2155 }).map(String), fc.constant('0'))),
  ...['latin1', 'ascii', 'utf8mb3', 'utf8mb4', 'utf16', 'binary'].flatMap((charset) => [
    type(`CHAR(20) CHARACTER SET ${charset}`, text(charset, 20)),
    type(`VARCHAR(60) CHARACTER SET ${charset}`, text(charset, 60)),
    type(`TEXT CHARACTER SET ${charset}`, text(charset, 200)),
  ]),
  ...['TINYTEXT', 'MEDIUMTEXT', 'LONGTEXT'].map((sql) => type(sql, text('latin1', 100))),
  type('BINARY(16)', hex(16)),
  type('VARBINARY(64)', hex(64)),
  ...['TINYBLOB', 'BLOB', 'MEDIUMBLOB', 'LONGBLOB'].map((sql) => type(sql, hex(200))),
  type("ENUM('', 'a', 'b''c', 'd,e', 'é')", fc.constantFrom("''", "'a'", "'b''c'", "'d,e'", "'é'")),
  type("SET('a', 'b c', 'é')", fc.constantFrom("''", "'a'", "'a,b c'", "'é'", "'a,b c,é'")),
  type(
    'POINT',
    fc.tuple(double(), double()).map(([x, y]) => `ST_GeomFromText('POINT(${x} ${y})')`),
  ),
  type(
    'GEOMETRY',
    fc.constantFrom("ST_GeomFromText('LINESTRING(0 0, 1.5 2.25)')", "ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))')"),
  ),
];

const mysqlOnly: readonly fc.Arbitrary<ColumnType>[] = [
  type('JSON', json()),
  type(
    'VECTOR(3)',
    fc.tuple(small(), small(), small()).map((values) => `STRING_TO_VECTOR('[${values.join(',')}]')`),
  ),
];

const mariadbOnly: readonly fc.Arbitrary<ColumnType>[] = [
  type('JSON', json()),
  type(
    'UUID',
    fc.uuid().map((value) => `'${value}'`),
  ),
  type(
    'INET6',
    fc
      .ipV6()
      .filter((value) => !value.includes('.'))
      .map((value) => `'${value}'`),
  ),
  type(
    'INET4',
    fc.ipV4().map((value) => `'${value}'`),
  ),
];

function integer(bits: number, isUnsigned: boolean): fc.Arbitrary<string> {
  const half = 1n << BigInt(bits - 1);
  const range = isUnsigned ? { min: 0n, max: 2n * half - 1n } : { min: -half, max: half - 1n };
  return fc.oneof(fc.bigInt(range), fc.constantFrom(range.min, range.max, 0n)).map(String);
}

function bits(count: number): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom('0', '1'), { minLength: count, maxLength: count }).map((all) => `b'${all.join('')}'`);
}

function decimal(whole: number, fraction: number): fc.Arbitrary<string> {
  const digits = (length: number) =>
    fc.bigInt({ min: 0n, max: 10n ** BigInt(length) - 1n }).map((value) => String(value).padStart(length, '0'));
  return fc
    .tuple(fc.constantFrom('', '-'), digits(whole), fraction > 0 ? digits(fraction) : fc.constant(''))
    .map(([sign, before, after]) => `${sign}${before}${after === '' ? '' : `.${after}`}`);
}

function number(value: fc.Arbitrary<number>): fc.Arbitrary<string> {
  return value.map((found) => (/e/.test(String(found)) ? String(found) : `${found}e0`));
}

function double(): fc.Arbitrary<string> {
  return fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map(String);
}

function small(): fc.Arbitrary<string> {
  return fc.integer({ min: -1000, max: 1000 }).map((value) => String(value / 8));
}

function date(from: number, to: number, separator = '', fraction = 0): fc.Arbitrary<string> {
  const range = {
    min: new Date(`${from}-01-02T00:00:00Z`),
    max: new Date(`${to}-12-30T00:00:00Z`),
    noInvalidDate: true,
  };
  return fc.tuple(fc.date(range), fc.integer({ min: 0, max: 999 })).map(([value, micros]) => {
    const [day = '', rest = ''] = value.toISOString().split('T');
    const digits = `${rest.slice(9, 12)}${String(micros).padStart(3, '0')}`.slice(0, fraction);
    return separator === '' ? `'${day}'` : `'${day} ${rest.slice(0, 8)}${digits === '' ? '' : `.${digits}`}'`;
  });
}

function time(fraction: number): fc.Arbitrary<string> {
  const two = (value: number) => String(value).padStart(2, '0');
  const part = fc.integer({ min: 0, max: 59 });
  return fc
    .tuple(fc.integer({ min: -838, max: 838 }), part, part, fc.integer({ min: 0, max: 999_999 }))
    .map(([hours, minutes, seconds, micros]) => {
      // The outermost hour ends on the second.
      const digits = fraction > 0 && Math.abs(hours) < 838 ? `.${String(micros).padStart(6, '0')}` : '';
      return `'${hours}:${two(minutes)}:${two(seconds)}${digits}'`;
    });
}

/** A text as the bytes of its character set, so that nothing on the way can change it. */
function text(charset: string, maxLength: number): fc.Arbitrary<string> {
  if (charset === 'binary') return hex(maxLength);
  if (charset === 'latin1') return hex(maxLength).map((bytes) => (bytes === "''" ? bytes : `_latin1 ${bytes}`));
  const unit = charset === 'ascii' ? 'binary-ascii' : 'binary';
  return fc.string({ unit, maxLength }).map((value) => {
    const plain = charset === 'utf8mb3' ? value.replaceAll(/[\u{10000}-\u{10FFFF}]/gu, '?') : value;
    const encoded = charset === 'utf16' ? Buffer.from(plain, 'utf16le').swap16() : Buffer.from(plain);
    return encoded.length === 0 ? "''" : `_${charset} 0x${encoded.toString('hex')}`;
  });
}

function hex(maxLength: number): fc.Arbitrary<string> {
  return fc
    .uint8Array({ maxLength })
    .map((bytes) => (bytes.length === 0 ? "''" : `0x${Buffer.from(bytes).toString('hex')}`));
}

function json(): fc.Arbitrary<string> {
  return fc.json({ stringUnit: 'grapheme-ascii' }).map((value) => `_utf8mb4 0x${Buffer.from(value).toString('hex')}`);
}

function quote(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll("'", "''");
}
