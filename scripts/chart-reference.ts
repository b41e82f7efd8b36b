/** The parts of the chart that are generated: which variables `env` takes, and the table of values in its README. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hookSteps, hookWord } from '../src/config/hooks.ts';
import { isSecret, type Variable, variableNames, variables } from '../src/config/variables.ts';

/** What the chart sets itself, by values of its own or by where it mounts things. */
const ofTheChart: readonly string[] = [
  'NM_FILE',
  'RS_FILE',
  'EGGROLL_HOME',
  'PKG_BASE_PATH',
  'PKG_SHA256',
  'MYSQL_HOST',
  'MYSQL_PORT',
  'MYSQL_DB',
  'MYSQL_USER',
  'MYSQL_SOCK',
  'MYSQL_FILE',
  'MYSQL_TLS',
  'MYSQL_TLS_CA_FILE',
  'SSH_USER',
  'SSH_PORT',
  'SSH_PRIVATE_KEY_FILE',
  'SSH_KNOWN_HOSTS_FILE',
  'SSH_HOST_KEY_CHECKING',
  'SSH_JUMP',
  'STATE_DIR',
  'LOCK_WAIT_SECONDS',
  'RETRY_OF',
];

/** values.schema.json with what `env` takes: every variable that is neither a secret nor a value of the chart, and hooks. */
export function schemaWithVariables(schemaText: string): string {
  const schema = JSON.parse(schemaText) as { properties: Record<string, unknown> };
  const names = variableNames.filter((name) => !isSecret(name) && !ofTheChart.includes(name));
  schema.properties['env'] = {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(names.map((name) => [name, schemaOf(variables[name])])),
    patternProperties: { [`^HOOK_(${hookSteps.map(hookWord).join('|')})_(BEFORE|AFTER)$`]: { type: 'string' } },
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** The chart's README with the table that values.yaml describes. Throws when a value has no description. */
export function chartReadmeWithTable(readme: string, values: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'chart-readme-'));
  try {
    const copy = join(dir, 'README.md');
    copyFileSync(readme, copy);
    const program = join(import.meta.dirname, '..', 'node_modules', '.bin', 'readme-generator');
    execFileSync(program, [`--values=${values}`, `--readme=${copy}`]);
    return readFileSync(copy, 'utf8').replaceAll('\r\n', '\n');
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function schemaOf({ kind, choices, meaning: description }: Variable): object {
  if (choices) return { enum: choices, description };
  if (kind === 'flag') return { enum: [true, false, 'true', 'false'], description };
  if (kind === 'count')
    return {
      type: ['integer', 'string'],
      pattern: '^0*[1-9][0-9]*$',
      maxLength: 4,
      minimum: 1,
      maximum: 9999,
      description,
    };
  return { type: 'string', description };
}
