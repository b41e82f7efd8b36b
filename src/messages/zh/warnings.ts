// Warnings and notices.

import { translations } from '../holes.ts';

export const warnings = translations({
  'STATE_DIR {folder} is no mounted volume: the database dump ends with this container, and `recover` needs it.':
    'STATE_DIR {folder} 不是挂载的卷：数据库转储会随此容器消失，而 `recover` 需要它。',
  'The native part of ssh2 is missing, so files are encrypted several times slower: {problem}. Use the image, or install once more where `npm` may build it (a C++ compiler, make, Python 3).':
    '缺少 ssh2 的原生部分，文件加密会慢数倍：{problem}。请使用镜像，或在 `npm` 能够编译它的环境（C++ 编译器、make、Python 3）中重新安装。',
  'The result could not be kept: {problem}': '结果无法保存：{problem}',
  'The result could not be posted to NOTIFY_URL: {problem}.': '结果无法发送到 NOTIFY_URL：{problem}。',
  '{signal}: the run stops at the next safe point.': '{signal}：运行将在下一个安全点停止。',
  'Run {run} ({from} to {to}) is undone.': '正在回滚运行 {run}（{from} 到 {to}）。',
  'A recovery was interrupted; it is finished first.': '有一次恢复被中断，先完成它。',
  'Run {run} was interrupted; it is resumed.': '运行 {run} 曾被中断，现在继续。',
  '{why} Everything is put back.': '{why} 正在全部回滚。',
  'The same again from the first step (try {count}).': '从第一步重新开始（第 {count} 次尝试）。',
  'The report could not be written: {problem}': '无法写出报告：{problem}',
  'Another run holds the lock; waiting {seconds} s.': '另一个运行持有锁；等待 {seconds} 秒。',
  'A fault that may pass; waiting {seconds} s.': '这可能是暂时的故障；等待 {seconds} 秒。',
  'REQUIRE_PROOF is false: the database backup was not proven by restoring it.':
    'REQUIRE_PROOF 为 false：数据库备份没有通过恢复加以验证。',
  '{finding} REQUIRE_PROOF is false, so the run goes on without proof.':
    '{finding} REQUIRE_PROOF 为 false，因此在不验证的情况下继续。',
  'Tables that are not InnoDB are dumped without a snapshot: {tables}.':
    '以下表不是 InnoDB，转储时没有快照：{tables}。',
  '{database} also holds {count} tables of FATE; they are backed up, and put back by `recover`, with it.':
    '{database} 中还有 {count} 张 FATE 的表；它们会一同备份，`recover` 时一同恢复。',
  'EggRoll knows NodeManagers that no list names: {nodes}. They are left as they are.':
    'EggRoll 中登记了清单里没有的 NodeManager：{nodes}。它们保持原样。',
  'The database backup in {folder} was unusable ({problem}); it was fetched from {node}.':
    '{folder} 中的数据库备份无法使用（{problem}）；已从 {node} 取回。',
  'The database backup in {folder} is not there; it was fetched from {node}.':
    '{folder} 中没有数据库备份；已从 {node} 取回。',
  'Half-made files of a backup stay: {problem}': '未完成的备份文件仍有残留：{problem}',
  'The copy of the database backup on this node is damaged.': '该节点上的数据库备份副本已损坏。',
  'Only {good} of {wanted} copies of the database backup could be kept on the nodes: {problems}':
    '节点上只保存了 {good}/{wanted} 份数据库备份副本：{problems}',
  "CONF_POLICY=package gives every node the same {keys}, which must differ between nodes. Leave them out of the package's {path}, or take CONF_POLICY=merge.":
    'CONF_POLICY=package 会使所有节点的 {keys} 相同，而它们必须各不相同。请从安装包的 {path} 中去掉它们，或改用 CONF_POLICY=merge。',
  'It leaves its pipeline: {reason}. The nodes after it are served by another way.':
    '该节点退出传递链：{reason}。其后的节点改由其他途径传送。',
  'The nodes are on version {version}, whose schema is called {expected} here; that of {database} is {found}. Were only the nodes, or only the database, upgraded before?':
    '节点的版本是 {version}，对应的表结构在此称为 {expected}，而 {database} 的是 {found}。以前是否只升级过节点或只升级过数据库？',
  'How much room {folder} has cannot be told; {needed} are needed.': '无法得知 {folder} 的可用空间；需要 {needed}。',
  'Workers of sessions run here: {workers}. Their jobs end when the services are stopped.':
    '这里有会话的工作进程在运行：{workers}。服务停止时它们的任务会结束。',
  'Workers have outlived their NodeManager, and are asked to end: {workers}.':
    '以下工作进程在 NodeManager 停止后仍在运行，已要求其结束：{workers}。',
  'Workers have outlived their NodeManager, and do not end when asked, and are killed: {workers}.':
    '以下工作进程在 NodeManager 停止后仍在运行，且要求后未结束，现强制结束：{workers}。',
  'Its sshd has nothing better than {algorithms}, which is known to be weak.':
    '其 sshd 只提供 {algorithms}，这些算法已知较弱。',
  'PURGE={purge}: {losses}. `recover` brings the rows back.': 'PURGE={purge}：{losses}。`recover` 会把这些行恢复回来。',
  'every table that jobs have stored loses its entry in store_*, and its data stays under data/ without one':
    '作业存储的每张表都会失去它在 store_* 中的条目，其数据仍留在 data/ 下，但不再有条目',
  'the history of jobs and the registry of models are emptied': '作业历史和模型登记会被清空',
  'After these statements {flaws}. The built-in migration (MYSQL_FILE=auto) does it right.':
    '执行这些语句之后，{flaws}。内置迁移（MYSQL_FILE=auto）不会这样。',
  'the key column of session_option is called store_option_id, which 3.x does not find':
    'session_option 的主键列名为 store_option_id，3.x 找不到它',
  'store_option.store_locator_id may be NULL': 'store_option.store_locator_id 可以为 NULL',
  ', and ': '，而且 ',
  "{node}: the record of run {run} was damaged; it was written anew from another node's copy.":
    '{node}：运行 {run} 的记录已损坏，已根据另一个节点的副本重写。',
  "{node}: the record of run {run} was missing; it was written anew from another node's copy.":
    '{node}：运行 {run} 的记录缺失，已根据另一个节点的副本重写。',
});
