import { describe, expect, it } from 'vitest';
import type { DatabaseConfig } from '../../../src/config/config.ts';
import { type DumpClient, dumpFlags, optionsText } from '../../../src/database/client.ts';

const mysql9: DumpClient = { program: 'mysqldump', flavour: 'mysql', version: [9, 7] };
const mysql57: DumpClient = { program: 'mysqldump', flavour: 'mysql', version: [5, 7] };
const mariadb: DumpClient = { program: 'mariadb-dump', flavour: 'mariadb', version: [11, 8] };
const config: DatabaseConfig = {
  host: 'db',
  port: 3307,
  user: 'fate',
  password: 'a"b\\c#d\'e',
  name: 'eggroll_meta',
  scratchName: 'eggroll_meta_scratch',
  tls: 'preferred',
  requireProof: true,
  migration: { kind: 'auto' },
  purge: 'none',
};

describe('dumpFlags', () => {
  it('gives a MariaDB client none of the flags that it stops at', () => {
    const flags = dumpFlags({ flavour: 'mysql', version: '8.0.28', maxStatementBytes: 1 << 26 }, mariadb).join(' ');
    expect(flags).not.toMatch(/gtid|column-statistics/);
    expect(flags).toContain('--single-transaction');
    expect(flags).toContain('--no-tablespaces');
  });

  it('keeps the statements of the dump short enough for the server that they come from', () => {
    const lengthFor = (maxStatementBytes: number) =>
      dumpFlags({ flavour: 'mysql', version: '8.0.28', maxStatementBytes }, mariadb).find((flag) =>
        flag.includes('buffer'),
      );
    expect(lengthFor(1 << 26)).toBe('--net-buffer-length=1046528');
    expect(lengthFor(1 << 20)).toBe('--net-buffer-length=524288');
    expect(lengthFor(1024)).toBe('--net-buffer-length=4096');
  });

  it.each([
    [mysql9, 'mysql', '9.7.0', false],
    [mysql9, 'mysql', '8.0.28', false],
    [mysql9, 'mysql', '5.7.44', true],
    [mysql9, 'mariadb', '11.8.6', true],
    [mysql57, 'mysql', '5.7.44', false],
  ] as const)(
    'asks %j for no column statistics only of an older server (%s %s)',
    (client, flavour, version, expected) => {
      const flags = dumpFlags({ flavour, version, maxStatementBytes: 1 << 26 }, client);
      expect(flags.includes('--column-statistics=0')).toBe(expected);
      expect(flags).toContain('--set-gtid-purged=OFF');
    },
  );
});

describe('optionsText', () => {
  it('escapes the password and names the address', () => {
    const text = optionsText({ encrypted: true }, config, mysql9);
    expect(text).toContain('password="a\\"b\\\\c#d\'e"\n');
    expect(text).toContain('host="db"\nport=3307\n');
    expect(text).toContain('ssl-mode=REQUIRED\n');
  });

  it('does what our own session does about encryption, in the words of each client', () => {
    expect(optionsText({ encrypted: false }, config, mysql9)).toContain('ssl-mode=DISABLED\nget-server-public-key\n');
    expect(optionsText({ encrypted: false }, config, mysql57)).not.toContain('get-server-public-key');
    expect(optionsText({ encrypted: false }, config, mariadb)).toContain('skip-ssl\n');
    expect(optionsText({ encrypted: true }, config, mariadb)).toContain('ssl\nskip-ssl-verify-server-cert\n');
    const verify = { ...config, tls: 'verify' as const, tlsCaFile: '/ca.pem' };
    expect(optionsText({ encrypted: true }, verify, mysql9)).toContain('ssl-mode=VERIFY_IDENTITY\nssl-ca="/ca.pem"\n');
    expect(optionsText({ encrypted: true }, verify, mariadb)).toContain('ssl-verify-server-cert\nssl-ca="/ca.pem"\n');
  });

  it('uses the socket when there is one', () => {
    const text = optionsText({ encrypted: false }, { ...config, socketPath: '/run/my sql.sock' }, mysql9);
    expect(text).toContain('socket="/run/my sql.sock"\n');
    expect(text).not.toContain('host=');
  });
});
