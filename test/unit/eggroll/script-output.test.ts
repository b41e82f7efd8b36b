import { describe, expect, it } from 'vitest';
import { readScriptOutput } from '../../../src/eggroll/script-output.ts';

describe('readScriptOutput', () => {
  it.each([
    ['start', 'service start sucessfully. pid: 12', '2.0', 'started'],
    ['start', 'service start sucessfully. pid=12', '2.2', 'started'],
    ['start', 'service already started. pid=12', '2.2', 'already-running'],
    ['start', 'service start failed', '2.2', 'failed'],
    ['start', 'bin/eggroll.sh: 21: Syntax error: "(" unexpected', '2.2', 'failed'],
    ['start', '', '2.2', 'unclear'],
    ['stop', 'killing:\n…\nkilled', '2.2', 'stopped'],
    ['stop', 'service not running', '2.0', 'not-running'],
    ['status', 'service not running', '2.2', 'not-running'],
    ['status', '\u001b[31mThe clustermanager service is not running\u001b[0m', '3', 'not-running'],
    ['status', '\u001b[31m(NOT ACTIVE))\u001b[0m', '3', 'not-running'],
    ['start', 'usage: eggroll.sh …', '3', 'failed'],
  ] as const)('reads %s: %j of generation %s as %s', (action, output, generation, verdict) => {
    expect(readScriptOutput(action, output, generation)).toBe(verdict);
  });
});
