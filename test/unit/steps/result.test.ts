import { describe, expect, it } from 'vitest';
import { UpgradeError } from '../../../src/engine/errors.ts';
import { phrase } from '../../../src/messages/phrases.ts';
import { describeResult, failedResult } from '../../../src/steps/result.ts';
import { testWorld } from './world.ts';

const lost = () => new UpgradeError({ code: 'NODE_LOST', where: 'nm2', found: 'The connection was closed.' });

describe('describeResult', () => {
  it('says of a defect in the middle of a run that the run failed half-way', async () => {
    const end = { outcome: 'failed', exitCode: 70, halfWay: true, error: new TypeError('no such thing') } as const;
    const { message } = await describeResult(testWorld(), 'upgrade', end);
    expect(message).toMatch(/^The run failed half-way\. A defect in this program: TypeError: no such thing/);
  });

  it('says that nothing was changed when a run could not even be opened, and what the finding says to do', async () => {
    const remedy = 'Use the lists of that run.';
    const error = new UpgradeError({
      code: 'RUN_CONFLICT',
      where: 'NM_FILE and RS_FILE',
      found: 'Other hosts.',
      remedy,
    });
    const result = await describeResult(testWorld(), 'upgrade', { outcome: 'failed', exitCode: 11, error });
    expect(result).toMatchObject({ message: 'Nothing was changed. NM_FILE and RS_FILE: Other hosts.', next: remedy });
  });

  it('sends nobody to resume a run that waits for another one', async () => {
    const error = new UpgradeError({ code: 'LOCK_HELD', where: 'nm1', found: 'The node is locked by upgrade.' });
    const result = await describeResult(testWorld(), 'upgrade', { outcome: 'interrupted', exitCode: 75, error });
    expect(result.message).toBe('Nothing was changed. nm1: The node is locked by upgrade.');
    expect(result.next).toMatch(/^Wait until it ends/);
  });

  it('tells once what made the step and its put-back fail alike', async () => {
    const end = { outcome: 'interrupted', exitCode: 75, halfWay: true, error: lost(), cause: lost() } as const;
    const { findings, message, next } = await describeResult(testWorld(), 'upgrade', end);
    expect(findings).toHaveLength(1);
    expect(message).toBe('The run stopped before it was done. nm2: The connection was closed.');
    expect(next).toContain('Run `upgrade` again');
  });

  it('speaks Chinese: what a code means, what has become of the run, what to do, and in the findings too', async () => {
    const world = testWorld({ language: 'zh' });
    const remedy = phrase('Install {tool}.', { tool: 'tar' });
    const unfit = new UpgradeError([
      { code: 'NODE_UNFIT', where: 'nm1', found: 'The command tar is not installed.', remedy },
      { code: 'LOCK_HELD', where: 'nm2', found: 'The node is locked by upgrade.' },
    ]);
    const result = await describeResult(world, 'upgrade', { outcome: 'failed', exitCode: 10, error: unfit });
    expect(result).toMatchObject({
      outcome: 'failed',
      message: '没有做任何改动。nm1：节点尚不具备升级条件。The command tar is not installed. 另有 1 项。',
      next: '请处理上面所指出的 2 个问题，然后重新运行同一命令。',
      findings: [
        { code: 'NODE_UNFIT', where: 'nm1', remedy: '请安装 tar。' },
        { code: 'LOCK_HELD', remedy: '请等它结束，然后重新运行同一命令。' },
      ],
    });
    const one = await describeResult(world, 'upgrade', {
      outcome: 'interrupted',
      exitCode: 75,
      halfWay: true,
      error: lost(),
    });
    expect(one.next).toBe('请重新运行 `upgrade`：它会接着做下去。`recover` 则恢复到升级之前。');
    expect(failedResult('upgrade', lost(), 'zh')).toMatchObject({ message: '没有做任何改动。' });
  });
});
