/** The parts of the documentation that come from the code. */
import { generationRanges, jumps } from '../src/eggroll/compatibility.ts';
import { commandsTable, errorsTable, exitCodesTable, table, variablesTable } from './reference-tables.ts';

const readmeTables = { variables: variablesTable, commands: commandsTable, 'exit codes': exitCodesTable };

/** README.md with each table between its two marks. Throws when a mark is missing. */
export function readmeWithTables(readme: string): string {
  return Object.entries(readmeTables).reduce((text, [name, write]) => {
    const [begin, end] = [`<!-- ${name}: written by \`npm run docs\` -->`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`README.md lacks the marks of the table of ${name}.`);
    return `${text.slice(0, from)}${begin}\n${write()}${text.slice(to)}`;
  }, readme);
}

/** docs/versions.md: which versions an upgrade leads from and to. */
export function versionsPage(): string {
  const rows = [...generationRanges].flatMap(([from, fromRange]) =>
    [...generationRanges].flatMap(([to, toRange]) => {
      const notes = jumps[from][to];
      return notes ? [[fromRange, toRange, notes.join(' ')]] : [];
    }),
  );
  return [
    '# Versions\n\n',
    'An upgrade leads from any of these versions to any later one, or to the same one again, when a row has it. Everything else is refused (65), and so is an older package (65): `recover` goes back.\n',
    'All nodes must be on one version; those that have the version of the package already are no hindrance.\n',
    'This page is written by `npm run docs` from `src/eggroll/compatibility.ts`.\n\n',
    table(['from', 'to', 'to know'], rows),
    '\nThe version of a home is told by the core jar in `lib` and by `__version__` in `python/eggroll/__init__.py`, which must agree. 2.0.x and 2.1.0 have an empty `__init__.py`, and one without quotes was edited by hand: there the jar decides.\n',
    'A schema of another version than that of the nodes is a warning: `MYSQL_FILE=auto` goes by the schema, and a file is rehearsed.\n',
  ].join('');
}

/** docs/errors.md: every code of the catalogue. */
export function errorsPage(): string {
  return [
    '# Errors\n\n',
    'Every finding of a run carries one of these codes, where it was found, what was found and what to do.\n',
    'The codes are stable. The exit code is that of the worst finding; a failure after services were stopped ends with 10 once everything is put back.\n',
    'This page is written by `npm run docs` from `src/engine/catalogue.ts`.\n\n',
    errorsTable(),
  ].join('');
}
