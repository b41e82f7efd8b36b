/** The parts of the documentation that come from the code. */
import { isSecret, type Variable, variableNames, variables } from '../src/config/variables.ts';
import { generationRanges, jumps } from '../src/eggroll/compatibility.ts';
import { type CatalogueEntry, catalogue } from '../src/engine/catalogue.ts';

const begin = '<!-- variables: written by `npm run docs` -->';
const end = '<!-- end of variables -->';

/** README.md with the table of variables between its two marks. Throws when a mark is missing. */
export function readmeWithTable(readme: string): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error('README.md lacks the marks of the table of variables.');
  return `${readme.slice(0, from)}${begin}\n${variablesTable()}${readme.slice(to)}`;
}

function variablesTable(): string {
  const rows = variableNames.map((name) => {
    const variable: Variable = variables[name];
    const shown = isSecret(name) ? `\`${name}\`, \`${name}_FILE\`` : `\`${name}\``;
    return `| ${shown} | ${defaultOf(variable)} | ${meaningOf(variable)} | ${variable.oldOption ? `\`${variable.oldOption}\`` : ''} |\n`;
  });
  return `| variable | default | meaning | old option |\n|---|---|---|---|\n${rows.join('')}`;
}

const requirements = {
  always: 'required',
  withDatabase: 'required, unless `MYSQL_FILE` is `none`',
  withTcp: 'required, unless `MYSQL_FILE` is `none` or `MYSQL_SOCK` is set',
};

function defaultOf({ default: value, defaultText, required }: Variable): string {
  if (value !== undefined) return `\`${value}\``;
  return defaultText ?? (required ? requirements[required] : 'none');
}

function meaningOf({ meaning, choices }: Variable): string {
  return choices ? `${meaning}: ${choices.map((choice) => `\`${choice}\``).join(', ')}` : meaning;
}

/** docs/versions.md: which versions an upgrade leads from and to. */
export function versionsPage(): string {
  const rows = [...generationRanges].flatMap(([from, fromRange]) =>
    [...generationRanges].flatMap(([to, toRange]) => {
      const notes = jumps[from][to];
      return notes ? [`| ${fromRange} | ${toRange} | ${notes.join(' ')} |\n`] : [];
    }),
  );
  return [
    '# Versions\n\n',
    'An upgrade leads from any of these versions to any later one, or to the same one again, when a row has it. Everything else is refused (65), and so is an older package (65): `recover` goes back.\n',
    'All nodes must be on one version; those that have the version of the package already are no hindrance.\n',
    'This page is written by `npm run docs` from `src/eggroll/compatibility.ts`.\n\n',
    '| from | to | to know |\n|---|---|---|\n',
    ...rows,
    '\nThe version of a home is told by the core jar in `lib` and by `__version__` in `python/eggroll/__init__.py`, which must agree. 2.0.x and 2.1.0 have an empty `__init__.py`, and one without quotes was edited by hand: there the jar decides.\n',
    'A schema of another version than that of the nodes is a warning: `MYSQL_FILE=auto` goes by the schema, and a file is rehearsed.\n',
  ].join('');
}

/** docs/errors.md: every code of the catalogue. */
export function errorsPage(): string {
  const rows = Object.entries(catalogue).map(
    ([code, { exitCode, summary, remedy }]: [string, CatalogueEntry]) =>
      `| \`${code}\` | ${exitCode} | ${summary} | ${remedy} |\n`,
  );
  return [
    '# Errors\n\n',
    'Every finding of a run carries one of these codes, where it was found, what was found and what to do.\n',
    'The codes are stable. The exit code is that of the worst finding; a failure after services were stopped ends with 10 once everything is put back.\n',
    'This page is written by `npm run docs` from `src/engine/catalogue.ts`.\n\n',
    '| code | exit code | what it means | what to do |\n|---|---|---|---|\n',
    ...rows,
  ].join('');
}
