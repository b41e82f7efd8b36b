// Does a result say what is there? Exit code, outcome, message, advice and the versions of nodes and database fit together.

import type { TestCluster } from './cluster.ts';
import type { JobRun } from './job.ts';

const exitCodesOf: Readonly<Record<string, readonly number[]>> = {
  succeeded: [0],
  unchanged: [0],
  'rolled-back': [10, 70],
  failed: [10, 11, 64, 65, 69, 70, 77, 78],
  interrupted: [75],
};

/** What in a result contradicts itself, or the state that the cluster is known to be in. */
export function checkResult(run: JobRun, { prepared }: TestCluster, state?: 'old' | 'new'): string[] {
  const { result, exitCode, command } = run;
  if (!result) return [`${command} printed no result (exit code ${exitCode})`];
  const { outcome, message, next, nodes, findings } = result;
  const problems: string[] = [];
  const expectThat = (holds: boolean, problem: string) => {
    if (!holds) problems.push(`result of ${command}: ${problem}`);
  };
  expectThat(result.exitCode === exitCode, `it says exit code ${result.exitCode}, the process gave ${exitCode}`);
  expectThat(exitCodesOf[outcome]?.includes(exitCode) === true, `outcome ${outcome} with exit code ${exitCode}`);
  expectThat(exitCode !== 70, `a defect: ${message}`);
  expectThat(message.trim() !== '' && next.trim() !== '', 'no message, or no advice');
  expectThat(!/\n\s+at /.test(message), `a stack trace: ${message}`);
  expectThat((exitCode === 0) === (findings.length === 0), `exit code ${exitCode} with ${findings.length} findings`);
  if (outcome === 'interrupted') expectThat(/again/i.test(next), `interrupted, and the advice is: ${next}`);
  if (exitCode === 11) expectThat(/recover|again|run/i.test(next), `needs a decision, and the advice is: ${next}`);
  if (state) {
    const version = state === 'old' ? prepared.from : prepared.to;
    const others = nodes.filter(({ after }) => after !== version).map(({ host, after }) => `${host}: ${after}`);
    expectThat(others.length === 0, `nodes on another version than ${version}: ${others.join(', ')}`);
    expectThat(nodes.length === prepared.hosts.length, `${nodes.length} nodes`);
  }
  return problems;
}
