/** The tables of the documentation that come from the code. */
import { commandFacts } from '../src/cli/command-list.ts';
import { isSecret, type Variable, type VariableName, variableNames, variables } from '../src/config/variables.ts';
import { catalogue, type ErrorCode, exitCodeFacts, exitCodes } from '../src/engine/catalogue.ts';
import { chineseCatalogue } from '../src/engine/catalogue-zh.ts';
import type { DocText, Words } from './words.ts';

export function variablesTable(words: Words): string {
  const { say } = words;
  return table(
    [say('variable'), say('default'), say('meaning'), say('old option')],
    variableNames.map((name) => {
      const variable: Variable = variables[name];
      const meaning = say(variables[name].meaning);
      return [
        namesOf(words, name),
        defaultOf(words, name),
        variable.choices ? words.explain(meaning, choicesOf(words, variable)) : meaning,
        oldOptionOf(variable),
      ];
    }),
  );
}

/** The same with what a value must look like. */
export function fullVariablesTable(words: Words): string {
  const { say } = words;
  return table(
    [say('variable'), say('takes'), say('default'), say('meaning'), say('old option')],
    variableNames.map((name) => {
      const variable: Variable = variables[name];
      const takes = variable.kind === 'choice' ? choicesOf(words, variable) : say(kinds[variable.kind]);
      const meaning = say(variables[name].meaning);
      return [namesOf(words, name), takes, defaultOf(words, name), meaning, oldOptionOf(variable)];
    }),
  );
}

export function commandsTable({ say }: Words): string {
  return table(
    [say('command'), say('does'), say('changes anything?')],
    Object.entries(commandFacts).map(([name, { does, changes }]) => [`\`${name}\``, say(does), say(changes)]),
  );
}

export function exitCodesTable({ say }: Words): string {
  const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
  return table(
    [say('code'), say('meaning'), say('was anything changed?')],
    names.map((name) => [String(exitCodes[name]), say(exitCodeFacts[name].meaning), say(exitCodeFacts[name].changed)]),
  );
}

export function errorsTable({ say, language }: Words): string {
  return table(
    [say('error code'), say('exit code'), say('what it means'), say('what to do')],
    (Object.keys(catalogue) as ErrorCode[]).map((code) => {
      const { summary, remedy } = (language === 'zh' ? chineseCatalogue : catalogue)[code];
      return [`\`${code}\``, String(catalogue[code].exitCode), summary, remedy];
    }),
  );
}

/** A table of Markdown; a bar in a cell would end it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return [line(head), `|${'---|'.repeat(head.length)}\n`, ...rows.map(line)].join('');
}

function namesOf({ list }: Words, name: VariableName): string {
  return list((isSecret(name) ? [name, `${name}_FILE`] : [name]).map((one) => `\`${one}\``));
}

const requirements: Readonly<Record<NonNullable<Variable['required']>, DocText>> = {
  always: 'required',
  withDatabase: 'required, unless `MYSQL_FILE` is `none`',
  withTcp: 'required, unless `MYSQL_FILE` is `none` or `MYSQL_SOCK` is set',
};

function defaultOf({ say }: Words, name: VariableName): string {
  const variable = variables[name];
  if ('default' in variable) return `\`${variable.default}\``;
  if ('defaultText' in variable) return say(variable.defaultText);
  return say('required' in variable ? requirements[variable.required] : 'none');
}

const kinds: Readonly<Record<Exclude<Variable['kind'], 'choice'>, DocText>> = {
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
};

function choicesOf({ list }: Words, { choices = [] }: Variable): string {
  return list(choices.map((choice) => `\`${choice}\``));
}

function oldOptionOf({ oldOption }: Variable): string {
  return oldOption ? `\`${oldOption}\`` : '';
}
