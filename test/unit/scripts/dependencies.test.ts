import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { closureOf, dependenciesPage, type Locked, type Manifest } from '../../../scripts/dependencies.ts';
import { dependencyNotes } from '../../../scripts/dependency-notes.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '../../..', path), 'utf8');
const manifest: Manifest = JSON.parse(read('package.json'));
const locked: Locked = JSON.parse(read('package-lock.json')).packages;
const page = read('docs/dependencies.md');
const all = { ...manifest.dependencies, ...manifest.devDependencies };

/** The size in the row of a package: that of the machine that the page was written on. */
function writtenSize(name: string): string {
  const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` `)) ?? '';
  return / \| (\d+(?:\.\d)? [kM]B) \| /.exec(row)?.[1] ?? '';
}

describe('docs/dependencies.md', () => {
  it('is as package.json, the lock file and the notes have it', () => {
    expect(page).toBe(dependenciesPage(manifest, locked, writtenSize));
  });

  it.each(Object.keys(all))('has a size for %s, and says why it is there', (name) => {
    expect(writtenSize(name)).not.toBe('');
    expect(dependencyNotes[name]?.use).toMatch(/\w/);
    expect(dependencyNotes[name]?.alternative).toMatch(/\w/);
  });

  it('says nothing of packages that are not there any more', () => {
    expect(Object.keys(dependencyNotes).filter((name) => !(name in all))).toEqual([]);
  });

  it('cannot be written while a package has no note', () => {
    const more: Manifest = { ...manifest, dependencies: { ...manifest.dependencies, 'left-pad': '1.3.0' } };
    expect(() => dependenciesPage(more, locked, () => '')).toThrow('left-pad');
  });
});

describe('dependencies', () => {
  it('have exact versions, those of the lock file', () => {
    for (const [name, version] of Object.entries(all)) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(locked[`node_modules/${name}`]?.version).toBe(version);
    }
  });

  it('at run time have licences without conditions for those who use the program', () => {
    // These say it in the way of old packages, which the lock file does not take over.
    const oldWay: readonly string[] = ['node_modules/ssh2', 'node_modules/cpu-features', 'node_modules/buildcheck'];
    const free = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Unlicense'];
    const others = closureOf(Object.keys(manifest.dependencies), locked).filter(
      (folder) => !oldWay.includes(folder) && !free.includes(locked[folder]?.license ?? ''),
    );
    expect(others).toEqual([]);
    expect(JSON.parse(read('node_modules/ssh2/package.json')).licenses[0].type).toBe('MIT');
  });

  it('come with what they need as Node.js finds it', () => {
    const nested: Locked = {
      'node_modules/a': { dependencies: { b: '1', c: '1' } },
      'node_modules/a/node_modules/b': { dependencies: { c: '1' } },
      'node_modules/b': {},
      'node_modules/c': { optionalDependencies: { a: '1', none: '1' } },
    };
    expect(closureOf(['a'], nested)).toEqual(['node_modules/a', 'node_modules/a/node_modules/b', 'node_modules/c']);
  });
});
