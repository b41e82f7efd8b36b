/** The parts of the documentation that come from the code. */
import { generationRanges, jumps } from '../src/eggroll/compatibility.ts';
import { otherLanguage } from './pages.ts';
import { commandsTable, errorsTable, exitCodesTable, table, variablesTable } from './reference-tables.ts';
import type { Words } from './words.ts';

const readmeTables = { variables: variablesTable, commands: commandsTable, 'exit codes': exitCodesTable };

/** A README with each table between its two marks. Throws when a mark is missing. */
export function readmeWithTables(words: Words, readme: string): string {
  return Object.entries(readmeTables).reduce((text, [name, write]) => {
    const [begin, end] = [`<!-- ${name}: written by \`npm run docs\` -->`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`The README lacks the marks of the table of ${name}.`);
    return `${text.slice(0, from)}${begin}\n${write(words)}${text.slice(to)}`;
  }, readme);
}

/** docs/versions.md: which versions an upgrade leads from and to. */
export function versionsPage({ language, say, sentences }: Words): string {
  const rows = [...generationRanges].flatMap(([from, fromRange]) =>
    [...generationRanges].flatMap(([to, toRange]) => {
      const notes = jumps[from][to];
      return notes ? [[say(fromRange), say(toRange), sentences(notes)]] : [];
    }),
  );
  return [
    `# ${say('Versions')}\n\n${otherLanguage('versions', language)}\n\n`,
    `${say('An upgrade leads from any of these versions to any later one, or to the same one again, when a row has it.')}\n`,
    `${say('Everything else is refused (65), and so is an older package (65): `recover` goes back.')}\n`,
    `${say('All nodes must be on one version; those that have the version of the package already are no hindrance.')}\n`,
    `${say('This page is written by `npm run docs` from `src/eggroll/compatibility.ts`.')}\n\n`,
    table([say('from'), say('to'), say('to know')], rows),
    `\n${say('The version of a home is told by the core jar in `lib` and by `__version__` in `python/eggroll/__init__.py`, which must agree.')}\n`,
    `${say('2.0.x and 2.1.0 have an empty `__init__.py`, and one without quotes was edited by hand: there the jar decides.')}\n`,
    `${say('A schema of another version than that of the nodes is a warning: `MYSQL_FILE=auto` goes by the schema, and a file is rehearsed.')}\n`,
  ].join('');
}

/** docs/errors.md: every code of the catalogue. */
export function errorsPage(words: Words): string {
  const { language, say } = words;
  return [
    `# ${say('Errors')}\n\n${otherLanguage('errors', language)}\n\n`,
    `${say('Every finding of a run carries one of these codes, where it was found, what was found and what to do.')}\n`,
    `${say('The codes are stable.')}\n`,
    `${say('The exit code is that of the worst finding; a failure after services were stopped ends with 10 once everything is put back.')}\n`,
    `${say('This page is written by `npm run docs` from `src/engine/catalogue.ts`.')}\n\n`,
    errorsTable(words),
  ].join('');
}
