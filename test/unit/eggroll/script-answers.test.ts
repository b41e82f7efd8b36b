import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../../src/eggroll/script-answers.ts';

describe('readAnswer', () => {
  it.each([
    ['[INFO] processing: rollsite stop\nservice not running', 'the script does not see the service.'],
    ['The dashboard service is not running ((NOT ACTIVE))', 'the script does not see the service.'],
    ['usage: eggroll.sh {clustermanager | all} {start | stop}', 'it does not know what it was told.'],
    ['Usage: service.sh {start|stop} {NAME|all}', 'it does not know what it was told.'],
    ['fate-rollsite: ERROR (no such process)', 'supervisord has no program of that name: see SUPERVISORD_PREFIX.'],
    ['fate-rollsite: ERROR (not running)', 'supervisord does not run it.'],
    ['error: http://127.0.0.1:9001 refused connection', 'supervisord does not answer.'],
    ['JAVA_HOME is not set', 'it found no java: see INIT_ENV_FILE.'],
  ])('%s: nothing was done, as %s', (said, meaning) => {
    expect(readAnswer(said)).toEqual({ meaning, didNothing: true });
  });

  it.each([
    ['fate-rollsite: ERROR (spawn error)', 'the program ended too quickly for supervisord.'],
    ['java -cp x\nservice start failed\nservice not running', 'it did not start.'],
  ])('%s: it was tried, but %s', (said, meaning) => {
    expect(readAnswer(said)).toEqual({ meaning, didNothing: false });
  });

  it('makes nothing of what went well, and of words that it does not know', () => {
    for (const said of [
      'killing: 12\nThe nodemanager service is not running',
      'killing:\napp 12 java\nkilled\nservice not running',
      'service start sucessfully. pid=12',
      'fate-rollsite: stopped',
      'Failed to stop x.service',
      '',
    ]) {
      expect(readAnswer(said)).toBeUndefined();
    }
  });
});
