import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brokenLinks, differences } from '../../support/languages.ts';

const pair = { english: 'docs/services.md', chinese: 'docs/zh-CN/services.md' };

const english = `# Services

[简体中文](zh-CN/services.md)

Run \`upgrade\`, see [faults](faults.md) and [the end](#the-end-of-it).

| variable | meaning |
|---|---|
| \`STATE_DIR\` | where dumps are |
| \`MYSQL_DB\` | the database; STATE_DIR is none |

\`\`\`
# comment
make demo
\`\`\`

## The end of it

- Exit code 65, in [the README](../README.md#exit-codes).
- See [database.md](database.md).
`;

const chinese = `# 服务

[English](../services.md)

请运行 \`upgrade\`，参见[缺陷](../faults.md)和[结尾](#结尾部分)。

| 变量 | 含义 |
|---|---|
| \`STATE_DIR\` | 转储所在 |
| \`MYSQL_DB\` | 数据库；不是 \`STATE_DIR\` |

\`\`\`
# 注释
make demo
\`\`\`

## 结尾部分

- 退出码 65，见 [README](../../README.zh-CN.md#退出码)。
- 参见 [database.md](database.md)。
`;

let root: string;

function write(path: string, text: string): void {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pages-'));
  write('README.md', '# It\n\n## Exit codes\n');
  write('README.zh-CN.md', '# 它\n\n## 退出码\n');
  for (const page of ['docs/faults.md', 'docs/database.md', 'docs/zh-CN/database.md']) write(page, '# A page\n');
  write(pair.english, english);
  write(pair.chinese, chinese);
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

const changes: readonly (readonly [what: string, from: string, to: string, told: string])[] = [
  ['a heading of another depth', '## 结', '### 结', 'headings are'],
  ['a command in a block', 'make demo', 'make test', 'only in English: code block'],
  ['a block twice', '## 结尾', '```\nmake demo\n```\n\n## 结尾', 'repeated or stand in another order'],
  ['a row', '| `MYSQL_DB` | 数据库；不是 `STATE_DIR` |\n', '', 'rows of table 1: 1, in English 2'],
  ['a column', '| 变量 | 含义 |', '| 变量 | 含义 | 默认值 |', 'columns of table 1: 3, in English 2'],
  ['what a row is about', '| `MYSQL_DB` |', '| MYSQL_DB |', 'rows of table 1 begin otherwise'],
  ['a table', '|\n| `MYSQL_DB`', '|\n\n| `MYSQL_DB`', 'tables: 2, in English 1'],
  ['a variable', '| `MYSQL_DB`', '| `MYSQL_HOST`', 'only in Chinese: name MYSQL_HOST'],
  ['a command', '`upgrade`', '`recover`', 'only in English: `upgrade`'],
  ['an exit code', '退出码 65', '退出码 77', 'only in Chinese: exit code 77'],
  ['a number', '退出码 65', '退出码', 'only in English: 65'],
  ['an item of a list', '- 参见', '参见', 'list items: 1, in English 2'],
  ['a link', '[缺陷](../faults.md)', '缺陷', 'links lead to'],
  ['where a heading is', '(#结尾部分)', '(#服务)', 'links lead to'],
  ['the language of a link', '(database.md)', '(../database.md)', 'although there is a Chinese one'],
  ['the link to the other language', '[English](../services.md)', '', 'has no link to docs/services.md'],
];

describe('the look for differences', () => {
  it('finds none in two pages that say the same', () => {
    expect(differences(root, pair)).toEqual([]);
    expect([...brokenLinks(root, pair.english), ...brokenLinks(root, pair.chinese)]).toEqual([]);
  });

  it.each(changes)('tells %s, with the page', (_, from, to, told) => {
    expect(chinese).toContain(from);
    write(pair.chinese, chinese.replace(from, to));
    const found = differences(root, pair);
    expect(found.join('\n')).toContain(told);
    for (const line of found) expect(line).toContain(pair.chinese);
  });

  it('tells a page that is missing', () => {
    rmSync(join(root, pair.chinese));
    expect(differences(root, pair)).toEqual(['docs/zh-CN/services.md: is not there']);
  });

  it.each([
    ['a page', '(../faults.md)', '(../fault.md)'],
    ['a heading', '#退出码', '#退出'],
    ['a heading of the same page', '#结尾部分', '#结尾'],
  ])('tells a link to %s that is not there', (_, from, to) => {
    write(pair.chinese, chinese.replace(from, to));
    expect(brokenLinks(root, pair.chinese)).toEqual([expect.stringContaining('leads nowhere')]);
  });
});
