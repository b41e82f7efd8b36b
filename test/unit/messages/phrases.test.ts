import { describe, expect, it } from 'vitest';
import { phrase, sayIn, told, translated } from '../../../src/messages/phrases.ts';

describe('sayIn', () => {
  it('fills a template in its language', () => {
    const values = { count: 3, version: '2.2.1' };
    expect(sayIn('en')('All {count} nodes are on version {version}.', values)).toBe(
      'All 3 nodes are on version 2.2.1.',
    );
    expect(sayIn('zh')('All {count} nodes are on version {version}.', values)).toBe('全部 3 个节点已是版本 2.2.1。');
  });

  it('fills no place that a value brings with it', () => {
    const values = { signal: '{signal} {count} $&' };
    const text = sayIn('en')('{signal}: the run stops at the next safe point.', values);
    expect(text).toBe('{signal} {count} $&: the run stops at the next safe point.');
  });
});

describe('told', () => {
  it('says what was kept until the language is known', () => {
    const saying = phrase('Install {tool}.', { tool: 'tar' });
    expect(told('en', saying)).toBe('Install tar.');
    expect(told('zh', saying)).toBe('请安装 tar。');
    expect(told('zh', 'Run `recover`.')).toBe('请运行 `recover`。');
  });
});

describe('translated', () => {
  it('leaves alone what it does not know', () => {
    expect(translated('zh', 'constructor')).toBe('constructor');
    expect(translated('zh', 'stop the services')).toBe('停止服务');
    expect(translated('en', 'stop the services')).toBe('stop the services');
  });
});
