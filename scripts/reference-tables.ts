/** The tables of the documentation that come from the code. */
import { commandFacts } from '../src/cli/command-list.ts';
import { isSecret, type Variable, type VariableName, variableNames, variables } from '../src/config/variables.ts';
import { type CatalogueEntry, catalogue, exitCodeFacts, exitCodes } from '../src/engine/catalogue.ts';

export function variablesTable(): string {
  return table(
    ['variable', 'default', 'meaning', 'old option'],
    variableNames.map((name) => {
      const variable: Variable = variables[name];
      const meaning = variable.choices ? `${variable.meaning}: ${choicesOf(variable)}` : variable.meaning;
      return [namesOf(name), defaultOf(variable), meaning, oldOptionOf(variable)];
    }),
  );
}

/** The same with what a value must look like. */
export function fullVariablesTable(): string {
  return table(
    ['variable', 'takes', 'default', 'meaning', 'old option'],
    variableNames.map((name) => {
      const variable: Variable = variables[name];
      const takes = variable.choices ? choicesOf(variable) : kinds[variable.kind];
      return [namesOf(name), takes, defaultOf(variable), variable.meaning, oldOptionOf(variable)];
    }),
  );
}

export function commandsTable(): string {
  return table(
    ['command', 'does', 'changes anything?'],
    Object.entries(commandFacts).map(([name, { does, changes }]) => [`\`${name}\``, does, changes]),
  );
}

export function exitCodesTable(): string {
  const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
  return table(
    ['code', 'meaning', 'was anything changed?'],
    names.map((name) => [String(exitCodes[name]), exitCodeFacts[name].meaning, exitCodeFacts[name].changed]),
  );
}

export function errorsTable(): string {
  return table(
    ['code', 'exit code', 'what it means', 'what to do'],
    Object.entries<CatalogueEntry>(catalogue).map(([code, { exitCode, summary, remedy }]) => [
      `\`${code}\``,
      String(exitCode),
      summary,
      remedy,
    ]),
  );
}

/** A table of Markdown; a bar in a cell would end it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return [line(head), `|${'---|'.repeat(head.length)}\n`, ...rows.map(line)].join('');
}

function namesOf(name: VariableName): string {
  return isSecret(name) ? `\`${name}\`, \`${name}_FILE\`` : `\`${name}\``;
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

const kinds: Readonly<Record<Variable['kind'], string>> = {
  text: 'text on one line',
  localPath: 'path where the job runs',
  nodePath: 'absolute path on the nodes, without `..`',
  hostName: 'host name or IP address',
  databaseName: 'database name of at most 64 letters, digits, `_`, `$` or `-`',
  port: 'port, 1 to 65535',
  count: 'whole number, 1 to 9999',
  flag: '`true` or `false`',
  sha256: '64 hexadecimal digits',
  jobName: 'name of letters, digits, `-` and `.`',
  choice: 'one of its choices',
};

function choicesOf({ choices = [] }: Variable): string {
  return choices.map((choice) => `\`${choice}\``).join(', ');
}

function oldOptionOf({ oldOption }: Variable): string {
  return oldOption ? `\`${oldOption}\`` : '';
}
