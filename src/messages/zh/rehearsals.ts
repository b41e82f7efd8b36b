// Of rehearsals: titles of their phases, what they show, and what has become of them.

import { translations } from '../holes.ts';

export const rehearsals = translations({
  'look at the engine and its images': '检查 Docker 引擎及其镜像',
  'read homes and database of the real cluster': '读取真实集群的安装目录和数据库',
  'build the throwaway cluster': '搭建一次性集群',
  plan: '运行 plan',
  upgrade: '运行 upgrade',
  'check files and services of the new version': '检查新版本的文件和服务',
  'upgrade once more: nothing to do': '再次运行 upgrade：应当无事可做',
  recover: '运行 recover',
  'compare with the first state, byte for byte': '与最初状态逐字节比较',
  'kill -9 and resume, {number} of {count}': '强制终止（kill -9）后继续，第 {number}/{count} 次',
  'what rehearsal {run} has left is removed': '演练 {run} 遗留的内容已删除',
  'everything that was made is removed': '正在删除所创建的一切',
  'the engine has no image {image}; it is pulled': '引擎中没有镜像 {image}，正在拉取',
  'the engine has no image {image}; it is built on {base}, which takes a minute or two':
    '引擎中没有镜像 {image}，正在基于 {base} 构建，需要一两分钟',
  '{count} nodes with {homes} different homes': '{count} 个节点，共 {homes} 种安装目录',
  '{count} nodes with {homes} different homes, and a dump': '{count} 个节点，共 {homes} 种安装目录，另有一份数据库转储',
  '{count} nodes: homes: {homes}': '{count} 个节点；安装目录：{homes}',
  '{count} nodes and a database server: homes: {homes}; database: {database}':
    '{count} 个节点和一台数据库服务器；安装目录：{homes}；数据库：{database}',
  'those of the real cluster': '取自真实集群',
  'a dump of the real one': '真实数据库的转储',
  'simulated ones of EggRoll {version}': '模拟的 EggRoll {version}',
  'the schema of EggRoll {version} with made-up rows': 'EggRoll {version} 的表结构和虚构的数据行',
  '{count} statements, expected downtime about {time}': '{count} 条语句，预计停机约 {time}',
  '{message} Services were down for {time}.': '{message}服务停机 {time}。',
  'each node holds the {files} files of {version}, and runs what ran before':
    '每个节点都有 {version} 的 {files} 个文件，并运行原先的服务',
  '{entries} files and folders are as they were': '{entries} 个文件和目录与原先一致',
  '{entries} files and folders and {tables} tables are as they were':
    '{entries} 个文件和目录以及 {tables} 张表与原先一致',
  'nothing yet': '尚未开始任何步骤',
  'it had ended before the kill after {time}': '在 {time} 后终止之前它已结束',
  'killed after {time}, in: {step}': '{time} 后被强制终止，当时的步骤：{step}',
  'The upgrade from {from} to {to} works on {count} nodes. Services were down for {time}; `recover` brought every byte back.':
    '从 {from} 到 {to} 的升级在 {count} 个节点上可行。服务停机 {time}；`recover` 恢复了每一个字节。',
  'Number of kills (`kill -9`): {count}. It came to its end after each of them.':
    '强制终止（`kill -9`）{count} 次，每次都能继续完成。',
  'The rehearsal failed. {why} The real cluster is untouched.': '演练失败。{why} 真实集群未被改动。',
  'The rehearsal failed in the phase "{title}". {why} The real cluster is untouched.':
    '演练在“{title}”阶段失败。{why} 真实集群未被改动。',
  'The rehearsal was stopped in the phase "{title}". The real cluster is untouched.':
    '演练在“{title}”阶段被停止。真实集群未被改动。',
  'Run `rehearse` again.': '请重新运行 `rehearse`。',
  'Run `plan` on the real cluster, and `upgrade` when it shows the same.':
    '请在真实集群上运行 `plan`，若结果相同再运行 `upgrade`。',
  'Report it with the output.': '请附上输出报告此问题。',
  'The rehearsal is kept. Look around: {look}, then `docker exec -it NAME bash`. Remove it: {remove}.':
    '演练环境已保留。查看：{look}，然后 `docker exec -it NAME bash`。删除：{remove}。',
  'What an earlier rehearsal has left stays: {problem}': '先前的演练遗留的内容仍在：{problem}',
  '{problem} The next rehearsal tries again.': '{problem} 下一次演练会再次尝试。',
  '{name} does not count in a rehearsal: its nodes have nothing of that.':
    '{name} 在演练中不起作用：演练的节点上没有相应的内容。',
  'The lists name {listed} hosts; {count} of them are rehearsed.': '清单中有 {listed} 台主机，演练其中 {count} 台。',
  'In the rehearsal its services do not start ({silent}); they count as stopped.':
    '演练中该节点的服务无法启动（{silent}）；视为已停止。',
  'homes: {homes}': '安装目录：{homes}',
  'database: {source}': '数据库：{source}',
  'server: {server}': '服务器：{server}',
  skipped: '已跳过',
  none: '无',
});
