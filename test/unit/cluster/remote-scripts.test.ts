import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { invocation, type ScriptName } from '../../../src/cluster/remote-scripts.ts';

const names = readdirSync('src/cluster/remote')
  .filter((file) => file.endsWith('.sh') && file !== 'prelude.sh')
  .map((file) => file.slice(0, -'.sh'.length) as ScriptName);

describe('invocation', () => {
  it.each(names)('sends %s behind the prelude, by standard input alone', (name) => {
    const { command, text } = invocation(name, ['/home of it', '']);
    expect(command).toBe(`sh -c 'eval "$(head -c ${text.length})"' eggroll-upgrade-${name} '/home of it' ''`);
    expect(text.toString('utf8')).toMatch(/set -eu[\s\S]*\nmain\(\) \{\n[\s\S]*\nmain "\$@"\n$/);
  });

  it.each(names)('gives %s a last line that alone does something', (name) => {
    const own = invocation(name, []).text.toString('utf8').split(`# ${name}.sh`)[1] ?? '';
    const outside = own.replaceAll(/^[a-z_]+\(\) \{\n[\s\S]*?^\}\n/gm, '').replaceAll(/^#.*\n/gm, '');
    expect(
      outside
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .slice(1),
    ).toEqual(['main "$@"']);
  });

  it('counts bytes, not characters', () => {
    const { command, text } = invocation('switch', []);
    expect(text.length).toBeGreaterThan(text.toString('utf8').length);
    expect(command).toContain(`head -c ${text.length})`);
  });
});
