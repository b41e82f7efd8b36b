// The SQL that EggRoll's guide gives an operator, as facts: what each statement does, flaws included (EGGROLL.md section 5).

import { type Release, since } from './releases.ts';

export interface GuideOptions {
  /** Comments of all kinds between the statements. */
  readonly comments?: boolean;
  readonly lineEnd?: '\n' | '\r\n';
}

const widenStoreOption = 'ALTER TABLE store_option MODIFY COLUMN store_locator_id BIGINT UNSIGNED;';
const rest = [
  'ALTER TABLE store_option ADD COLUMN store_option_id SERIAL PRIMARY KEY;',
  // The guide gives this column the name of the other table's.
  'ALTER TABLE session_option ADD COLUMN store_option_id SERIAL PRIMARY KEY;',
  'ALTER TABLE session_main MODIFY COLUMN session_id VARCHAR(767);',
  'ALTER TABLE session_processor MODIFY COLUMN session_id VARCHAR(767);',
];

/** The guide's list: five statements from 2.0.x, four from 2.1.0, 2.2.0 and 2.3.0. */
export function guideSql(list: '2.0-2.2' | '2.2-2.2', options: GuideOptions = {}): string {
  const statements = list === '2.0-2.2' ? [widenStoreOption, ...rest] : rest;
  const lines = options.comments
    ? statements.flatMap((statement, index) => [...commentAt(index), statement])
    : statements;
  return lines.map((line) => line + (options.lineEnd ?? '\n')).join('');
}

function commentAt(index: number): readonly string[] {
  const comments = ["-- a comment with a ; and a ' in it", '# another kind', '/* and one', '   over lines; */'];
  if (index === 0) return comments.slice(0, 1);
  return index === 1 ? comments.slice(1) : [''];
}

/** Which of the guide's lists leads from one release to another; undefined: the guide has none, or none is needed. */
export function guideList(from: Release, to: Release): '2.0-2.2' | '2.2-2.2' | undefined {
  const reachesTarget = since(to, '2.2.1') && !since(to, '2.5.1');
  if (!reachesTarget || since(from, '2.2.1')) return undefined;
  return since(from, '2.1.0') ? '2.2-2.2' : '2.0-2.2';
}
