// What `make test` leaves out is listed for contributors, file by file.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');

it('every file that leaves something out of make test is listed in CONTRIBUTING.md, and no other', () => {
  const files = ['faults', 'integration'].flatMap((folder) =>
    readdirSync(join(root, 'test', folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  const leavingOut = files.filter(
    (name) =>
      name.endsWith('.ts') &&
      /tags: \[|withSiblings\(|withSiblings<|isShort \?/.test(readFileSync(join(root, 'test', name), 'utf8')),
  );
  const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  const section = page.split('\n## ').find((text) => text.startsWith('What `make test` leaves out')) ?? '';
  const rows = section.split('\n').filter((line) => /^\| `(faults|integration)\//.test(line));
  const listed = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  expect(listed.toSorted()).toEqual(leavingOut.toSorted());
});
