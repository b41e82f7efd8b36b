// What has become of a command, and what a person does next.

import { translations } from '../holes.ts';

export const results = translations({
  'All {count} nodes are on version {version}.': '全部 {count} 个节点已是版本 {version}。',
  'All {count} nodes are as they were before the upgrade to {version}.':
    '全部 {count} 个节点已恢复到升级至 {version} 之前的状态。',
  'All nodes are on version {version} already.': '所有节点已经是版本 {version}。',
  'There is no upgrade to undo.': '没有可回滚的升级。',
  'The upgrade failed and everything was put back. {why}': '升级失败，已全部回滚。{why}',
  'The run stopped before it was done. {why}': '运行在完成之前停止。{why}',
  'The run failed half-way. {why}': '运行中途失败。{why}',
  'Services are stopped, and stay so until a run is finished.': '服务已停止，在运行完成之前保持停止。',
  'Nothing was changed. {why}': '没有做任何改动。{why}',
  'An earlier try of {job} ended so, and another one would change nothing: {message}':
    '{job} 先前的一次尝试已这样结束，再试也不会有变化：{message}',
  'report: {file}': '报告：{file}',
  '{next} Then start a job of another name; {job} is over.': '{next} 之后请用另一个名称启动作业；{job} 已结束。',
  'Nothing was changed.': '没有做任何改动。',
  'No upgrade has been run here.': '这里还没有运行过升级。',
  'The last run, {run} from {from} to {to}, is unfinished.': '上次运行 {run}（{from} 到 {to}）未完成。',
  'The last run, {run} from {from} to {to}, is finished.': '上次运行 {run}（{from} 到 {to}）已完成。',
  'The last run, {run} from {from} to {to}, is being undone, and that is unfinished.':
    '上次运行 {run}（{from} 到 {to}）正在回滚，尚未完成。',
  'The last run, {run} from {from} to {to}, was undone.': '上次运行 {run}（{from} 到 {to}）已回滚。',
  'Some of the backups of {runs} may be there still. {why}': '{runs} 的备份可能仍有残留。{why}',
  'No backup is beyond BACKUP_KEEP.': '没有超出 BACKUP_KEEP 的备份。',
  'The backups of {runs} are removed.': '{runs} 的备份已删除。',
  '`upgrade` would bring {count} nodes to version {version}. Nothing was changed.':
    '`upgrade` 会把 {count} 个节点升级到版本 {version}。没有做任何改动。',
  '`upgrade` would resume run {run}, which was interrupted on its way to version {version}. Nothing was changed.':
    '`upgrade` 会继续运行 {run}，它在升级到版本 {version} 的途中被中断。没有做任何改动。',
  '`upgrade` would first finish a recovery that was interrupted; what it does then can be told once `recover` has been run. Nothing was changed.':
    '`upgrade` 会先完成被中断的恢复；运行 `recover` 之后才能知道接下来会做什么。没有做任何改动。',
  'All {count} nodes are on version {version} already: `upgrade` would change nothing. Nothing was changed.':
    '全部 {count} 个节点已经是版本 {version}：`upgrade` 不会做任何改动。没有做任何改动。',
  'A defect in this program: {stack}': '本工具自身的缺陷：{stack}',
  '{finding} And {count} more.': '{finding} 另有 {count} 项。',
  'The run stopped in the middle of a step. {why} {consequence}': '运行在步骤中途停止。{why} {consequence}',
  'What was under way may still go on; the next run looks, and services that were stopped stay so until then.':
    '进行中的操作可能仍在继续；下次运行会检查，已停止的服务在那之前保持停止。',
  'Run `upgrade` again: it resumes. `recover` goes back.':
    '请重新运行 `upgrade`：它会接着做下去。`recover` 则恢复到升级之前。',
  'Run `recover` again: it resumes.': '请重新运行 `recover`：它会接着做下去。',
  'Check your jobs. `recover` goes back to the old version.': '请检查您的任务。`recover` 可回到旧版本。',
  'Run `upgrade`; with PLAN_HASH set to the hash above it does this and nothing else.':
    '请运行 `upgrade`；把 PLAN_HASH 设为上面的哈希值，它就只做以上内容。',
  'Nothing.': '无。',
  'Run `recover` to go back, or put right what is named above and run `upgrade` again.':
    '请运行 `recover` 恢复到升级之前，或处理上面所指出的问题后重新运行 `upgrade`。',
  'Put right what is named above and run `recover` again.': '请处理上面所指出的问题，然后重新运行 `recover`。',
  'Put right the {count} points that are named above and run the same command again.':
    '请处理上面所指出的 {count} 个问题，然后重新运行同一命令。',
});
