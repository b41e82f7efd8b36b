import { expect, test } from 'vitest';
import { guideList, guideSql } from '../../../src/rehearsal/guide.ts';

test('the list from 2.0 has five statements, the one from 2.1 and 2.2.0 lacks the first', () => {
  const [five, four] = [guideSql('2.0-2.2'), guideSql('2.2-2.2')];
  expect(five.match(/^ALTER TABLE .*;$/gm)).toHaveLength(5);
  expect(five.endsWith(four)).toBe(true);
  expect(four.match(/;/g)).toHaveLength(4);
});

test('the guide names the column of session_option wrongly', () => {
  expect(guideSql('2.2-2.2')).toContain('session_option ADD COLUMN store_option_id');
});

test('comments and line ends as asked for', () => {
  const text = guideSql('2.0-2.2', { comments: true, lineEnd: '\r\n' });
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  expect(text).toMatch(/^-- /);
  expect(text.match(/^ALTER TABLE .*;\r$/gm)).toHaveLength(5);
  expect(text).toMatch(/^# /m);
  expect(text).toMatch(/\/\*[^/]*\*\//);
});

test('which list leads where', () => {
  expect(guideList('2.0.2', '2.2.1')).toBe('2.0-2.2');
  expect(guideList('2.1.0', '2.4.9')).toBe('2.2-2.2');
  expect(guideList('2.3.0', '2.3.1')).toBe('2.2-2.2');
  expect(guideList('2.2.1', '2.4.0')).toBeUndefined();
  expect(guideList('2.0.2', '2.5.1')).toBeUndefined();
  expect(guideList('2.0.2', '2.2.0')).toBeUndefined();
});
