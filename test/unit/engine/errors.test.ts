import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue, type ErrorCode, exitCodes } from '../../../src/engine/catalogue.ts';
import { describeFinding, type Finding, remedyOf, throwFindings, UpgradeError } from '../../../src/engine/errors.ts';

const finding = (code: ErrorCode, where = 'nm1'): Finding => ({ code, where, found: 'Something is wrong.' });
const codes = Object.keys(catalogue) as ErrorCode[];

describe('catalogue', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== join('engine', 'catalogue.ts'))
    .map((name) => readFileSync(join('src', name), 'utf8'))
    .join('\n');

  it.each(codes)('%s has an exit code, and sentences for what it means and what to do', (code) => {
    const { exitCode, summary, remedy } = catalogue[code];
    expect(Object.values(exitCodes)).toContain(exitCode);
    expect(exitCode).not.toBe(exitCodes.ok);
    expect(summary).toMatch(/^[A-Z].*\.$/);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
  });

  it.each(codes)('%s is raised somewhere', (code) => {
    expect(sources).toMatch(new RegExp(`'${code}'`));
  });

  it('knows every exit code of the contract', () => {
    expect(Object.values(exitCodes).sort((a, b) => a - b)).toEqual([0, 10, 11, 64, 65, 69, 70, 75, 77, 78]);
  });
});

describe('UpgradeError', () => {
  it('takes one finding or several, and shows them all', () => {
    expect(new UpgradeError(finding('DISK_FULL')).findings).toEqual([finding('DISK_FULL')]);
    const both = new UpgradeError([finding('NODE_UNREACHABLE', 'nm1'), finding('NODE_UNREACHABLE', 'nm2')]);
    expect(both.message.split('\n')).toEqual([
      'nm1: Something is wrong. Check the address, the port, the network and that sshd runs, then run the same command again.',
      'nm2: Something is wrong. Check the address, the port, the network and that sshd runs, then run the same command again.',
    ]);
    expect(both.name).toBe('UpgradeError');
  });

  it('keeps the cause', () => {
    const cause = new Error('below');
    expect(new UpgradeError(finding('NODE_LOST'), { cause }).cause).toBe(cause);
  });

  // From what a second try cannot cure to what it can.
  const order: ErrorCode[] = [
    'DEFECT',
    'CONFIG_INVALID',
    'USAGE',
    'PACKAGE_INVALID',
    'LOGIN_REFUSED',
    'BACKUP_DAMAGED',
    'NODE_FAILED',
    'NODE_UNREACHABLE',
    'NODE_LOST',
  ];

  it('lets the worst finding decide, wherever it stands', () => {
    for (const [index, worse] of order.entries()) {
      for (const lesser of order.slice(index + 1)) {
        expect(new UpgradeError([finding(worse), finding(lesser)]).code).toBe(worse);
        expect(new UpgradeError([finding(lesser), finding(worse)]).code).toBe(worse);
        expect(new UpgradeError([finding(lesser), finding(worse)]).exitCode).toBe(catalogue[worse].exitCode);
      }
    }
  });

  it('ranks every exit code that a finding can have', () => {
    const ranked = new Set<number>(order.map((code) => catalogue[code].exitCode));
    expect(codes.filter((code) => !ranked.has(catalogue[code].exitCode))).toEqual([]);
  });

  it('takes the first of equals', () => {
    expect(new UpgradeError([finding('LOCK_HELD'), finding('NODE_LOST')]).code).toBe('LOCK_HELD');
  });
});

describe('describeFinding', () => {
  it('says where, what and what to do', () => {
    expect(describeFinding({ ...finding('LOCK_HELD'), remedy: 'Wait.' })).toBe('nm1: Something is wrong. Wait.');
  });

  it('takes the remedy of the catalogue when a finding has none of its own', () => {
    expect(remedyOf(finding('LOCK_HELD'))).toBe(catalogue.LOCK_HELD.remedy);
  });
});

describe('throwFindings', () => {
  it('throws all of them in one error', () => {
    expect(() => throwFindings([finding('DISK_FULL', 'a'), finding('DISK_FULL', 'b')])).toThrow(/a: .*\nb: /);
  });

  it('does nothing when there are none', () => {
    expect(throwFindings([])).toBeUndefined();
  });
});
