import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  afterMark,
  invocation,
  type Question,
  questions,
  type ScriptName,
} from '../../../src/cluster/remote-scripts.ts';

const names = readdirSync('src/cluster/remote')
  .filter((file) => file.endsWith('.sh') && file !== 'prelude.sh')
  .map((file) => file.slice(0, -'.sh'.length) as ScriptName);

const sourceOf = (name: string) => readFileSync(`src/cluster/remote/${name}.sh`, 'utf8');

/** The functions that a script defines, as bash understands them: its own form of them, without comments. */
function functionsIn(text: string): string {
  const definitions = text.replace(/main "\$@"\n$/, 'declare -f\n');
  const { stdout, stderr } = spawnSync('bash', ['--norc'], { input: definitions, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout;
}

describe('invocation', () => {
  it.each(names)('sends %s behind the prelude, by standard input alone, without comments', (name) => {
    const { command, text } = invocation(name, ['/home of it', '']);
    expect(command).toBe(`sh -c 'eval "$(head -c ${text.length})"' eggroll-upgrade-${name}`);
    expect(text.toString('utf8')).toMatch(
      /^set -- '\/home of it' ''\nset -eu\n[\s\S]*\nmain\(\) \{\n[\s\S]*\nmain "\$@"\n$/,
    );
    expect(text.toString('utf8')).not.toMatch(/^\s*#/m);
  });

  it.each(names)('leaves out of %s nothing that a shell would see', (name) => {
    const written = `${sourceOf('prelude')}\n${sourceOf(name)}`;
    const sent = invocation(name, []).text.toString('utf8');
    expect(functionsIn(sent)).toBe(functionsIn(written));
    expect(functionsIn(sent)).toContain('main ()');
  });

  it.each(names)('gives %s a last line that alone does something', (name) => {
    const outside = sourceOf(name)
      .replaceAll(/^[a-z_]+\(\) \{\n[\s\S]*?^\}\n/gm, '')
      .split('\n');
    expect(outside.filter((line) => line !== '' && !line.startsWith('#'))).toEqual(['main "$@"']);
  });

  it('shows a tag in the process list', () => {
    expect(invocation('stage-incoming', [], '0a1b').command).toMatch(/ eggroll-upgrade-stage-incoming-0a1b$/);
  });

  it('counts bytes, not characters', () => {
    const { command, text } = invocation('switch', ['/home/中']);
    expect(text.length).toBeGreaterThan(text.toString('utf8').length);
    expect(command).toContain(`head -c ${text.length})`);
  });
});

describe('questions', () => {
  const dir = mkdtempSync(join(tmpdir(), 'questions-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const fileOf = (name: string, content: string) => {
    writeFileSync(join(dir, name), content);
    return join(dir, name);
  };

  /** The answers of a shell that prints `noise` first, from so much of the text. */
  function answersTo(scripts: readonly Question[], noise = '', length?: number) {
    const { command, text, answersIn } = questions(scripts);
    const input = text.subarray(0, length);
    const { stdout } = spawnSync('sh', ['-c', `printf '%s' '${noise}'; ${command}`], { input });
    return answersIn(afterMark(stdout)).map(({ stdout: said, exitCode }) => [said.toString(), exitCode]);
  }

  it('are asked in one command, each with its answer and exit code, whatever the answers hold', () => {
    const first = fileOf('first', 'one\u0001begin\u0001\n\u00010123456789abcdef 0\u0001');
    const last = fileOf('last', 'two');
    const answers = answersTo(
      [
        ['read-file', [first, '100']],
        ['read-file', [dir, 'no number']],
        ['hash', ['/nowhere']],
        ['read-file', [last, '100']],
      ],
      'Welcome!',
    );
    expect(answers).toEqual([
      ['present\none\u0001begin\u0001\n\u00010123456789abcdef 0\u0001', 0],
      ['', 0],
      ['', 2],
      ['present\ntwo', 0],
    ]);
  });

  it('have fewer answers when the text or the output is cut short', () => {
    const scripts: Question[] = [
      ['read-file', [fileOf('a', 'a'), '9']],
      ['read-file', [fileOf('b', 'b'), '9']],
    ];
    const { text, answersIn } = questions(scripts);
    for (let length = 0; length < text.length - 1; length += 97)
      expect(answersTo(scripts, '', length).length).toBeLessThan(2);
    expect(answersIn(Buffer.from('present'))).toEqual([]);
    // Some hundred shells, on a machine that may be busy.
  }, 60_000);
});
