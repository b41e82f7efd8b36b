/** Commands, exit codes, hooks, versions, and what a job leaves behind, in Chinese (Simplified), by the English text. */
import { translations } from '../../src/messages/holes.ts';

export const commandTexts = translations({
  'every check on all nodes and the database, then exactly what `upgrade` would do: files added, changed and removed, the diff of each conf, bytes to send, room needed, statements with their state, service commands, expected downtime; ends with a hash':
    '对所有节点和数据库做全部检查，然后准确列出 `upgrade` 将要做什么：新增、修改和删除的文件，每个 conf 的差异，要发送的字节数，所需空间，各条语句及其状态，服务命令，预计停机时间；末尾给出一个哈希值',
  'the whole upgrade; run again, it resumes an unfinished one, and on a finished one changes nothing':
    '完整的升级；再次运行时继续未完成的升级，对已完成的升级则不做任何改动',
  'goes back to the state before the last upgrade (finished, failed or interrupted): files, database and services':
    '恢复到上次升级（已完成、失败或中断）之前的状态：文件、数据库和服务',
  'versions on every node and in the database, the runs and how far the last one got, locks, backups':
    '每个节点和数据库的版本、各次运行及最后一次运行的进度、锁、备份',
  'removes backups beyond `BACKUP_KEEP`, never those of the newest finished run':
    '删除超出 `BACKUP_KEEP` 的备份，但绝不删除最近一次已完成运行的备份',
  'tries `plan`, `upgrade`, a second `upgrade` and `recover` on a throwaway cluster on a Docker engine, made of your own package, lists, SQL, dump and home, and compares byte for byte':
    '用您自己的安装包、清单、SQL、转储和 EggRoll 安装目录，在 Docker 引擎上搭建一次性集群，依次试运行 `plan`、`upgrade`、第二次 `upgrade` 和 `recover`，并逐字节比较',
  'turns a command line of `upgrade_helper.py` into an env file and the command to run: `eggroll-upgrade import-args -c nm_ip_list -r rs_ip_list …`':
    '把 `upgrade_helper.py` 的命令行转换为 env 文件和要运行的命令：`eggroll-upgrade import-args -c nm_ip_list -r rs_ip_list …`',
  yes: '是',
  no: '否',
  'only its own containers': '只改动它自己的容器',
});

export const exitCodeTexts = translations({
  'done, or nothing to do': '已完成，或无事可做',
  'as asked': '按要求',
  'failed; everything was put back automatically': '失败；已自动全部回滚',
  'no, in effect': '实际上没有',
  'failed; a person must decide: run `recover`, or fix and run `upgrade` again; the message says which':
    '失败；须由人决定：运行 `recover`，或排除问题后再次运行 `upgrade`；消息会指明是哪一种',
  'maybe; the message says': '可能；见消息',
  'wrong command line': '命令行有误',
  'bad input: package, its signature, list, SQL': '输入有误：安装包、其签名、清单、SQL',
  "a node or the database can't be reached": '无法连接某个节点或数据库',
  'a defect in this program': '本工具自身的缺陷',
  'see message': '见消息',
  'stopped early by a signal, a lost lock or a fault that did not pass within two minutes; safe to run again, it resumes':
    '因信号、失去锁或两分钟内未消失的故障而提前停止；可以放心再次运行，它会接着做下去',
  maybe: '可能',
  'refused: login, host key, grants, file permissions': '被拒绝：登录、主机密钥、数据库权限、文件权限',
  'bad configuration': '配置有误',
});

export const hookTexts = translations({
  'the run': '本次运行',
  'the step, such as `stop-services`': '步骤，例如 `stop-services`',
  '`before` or `after`': '`before` 或 `after`',
  '`forward` on the way to the new version, `back` when the step is taken back':
    '升级到新版本的过程中为 `forward`，撤销该步骤时为 `back`',
  'the version of the cluster; empty as long as it is not known': '集群的版本；尚未得知时为空',
  'the version of the package': '安装包的版本',
  'the hosts of both lists, separated by blanks': '两份清单中的主机，以空格分隔',
});

export const versionTexts = translations({
  '2.0.0 to 2.1.x': '2.0.0 至 2.1.x',
  '2.2.0 to 2.4.x': '2.2.0 至 2.4.x',
  '2.5.0 to 2.5.x, 3.0.0-beta': '2.5.0 至 2.5.x，以及 3.0.0-beta',
  '3.0.0 to 3.x': '3.0.0 至 3.x',
  'RollSite is no part of 3.x: OSX of FATE 2 takes its place. A RollSite that runs is stopped and not started again.':
    '3.x 不再包含 RollSite，由 FATE 2 的 OSX 取代。正在运行的 RollSite 会被停止，且不再启动。',
  'egg_pair.filepath moves to python/eggroll/computing.': 'egg_pair.filepath 移到 python/eggroll/computing。',
  'nodemanager.host is new: each node gets its name in the list, unless its own file has the key. Where the table server_node knows a node by another name, write that one into its file before.':
    'nodemanager.host 是新增的键：各节点填入自己在清单中的名称，除非节点自己的文件里已有该键。如果表 server_node 中用另一个名称登记了某个节点，请事先把那个名称写入该节点的文件。',
});

export const placeTexts = translations({
  'host keys that `SSH_HOST_KEY_CHECKING=accept-new` has accepted':
    '`SSH_HOST_KEY_CHECKING=accept-new` 所接受的主机密钥',
  "the last command's result of this run": '本次运行中最后一条命令的结果',
  "each command's own, the last time that it ran": '每条命令各自的结果，以最后一次运行为准',
  'a dump of the database, or of the tables that are purged': '数据库的转储，或要清理的表的转储',
  'its description: digests, server, tables; written last, so a dump without it is no backup':
    '对转储的描述：摘要、服务器、表；最后才写入，因此没有它的转储不算备份',
  'the lock of the node: the highest number that is not released has it': '节点的锁：尚未释放的最大编号持有它',
  'hashes of files by inode, size and times, which spare the next run to read them':
    '按 inode、大小和时间记录的文件哈希，使下次运行不必重新读取这些文件',
  'who the run is, which services ran before; any unharmed copy is enough':
    '该运行的身份，以及之前有哪些服务在运行；任何一份完好的副本就足够',
  'the new folders before the switch': '切换之前的新目录',
  'the old folders after it': '切换之后的旧目录',
  'after a recovery: the new folders, which were live': '恢复之后：曾经上线的新目录',
  'on two nodes: copies of the dumps, found there when STATE_DIR is lost':
    '在两个节点上：转储的副本，`STATE_DIR` 丢失时从这里取回',
  'what the five folders were right before the switch': '五个目录在切换前一刻的内容',
  'made by a person who takes the old folders as they are, although they differ from that list':
    '由人创建：旧目录虽与上述记录不符，仍按现状接受',
  'one row per statement of the migration: intent, fingerprint, result': '迁移的每条语句一行：意图、指纹、结果',
  'what runs have purged': '各次运行清理了什么',
  'after a recovery: tables that were replaced, until `prune`': '恢复之后：被替换下来的表，保留到 `prune` 为止',
});
