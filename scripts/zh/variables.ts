/** What the variables mean, in Chinese (Simplified), by the English text. */
import { translations } from '../../src/messages/holes.ts';

export const meanings = translations({
  'list of ClusterManager and NodeManager hosts': 'ClusterManager 和 NodeManager 主机的清单',
  'list of hosts that run RollSite alone; may be empty': '只运行 RollSite 的主机的清单；可以为空',
  'absolute path of EggRoll on the nodes': 'EggRoll 在节点上的绝对路径',
  'folder that holds `eggroll/`, or is it, or a `.tar.gz` or `.tgz` of either':
    '包含 `eggroll/` 的目录，或该目录本身，也可以是两者之一的 `.tar.gz` 或 `.tgz` 归档',
  'when set, an archive with another digest is refused': '设置后，摘要不符的归档会被拒绝',
  'detached signature of the archive, Ed25519 by OpenSSL or minisign; another archive is refused; with PKG_PUBLIC_KEY_FILE':
    '归档的分离签名，由 OpenSSL 或 minisign 生成的 Ed25519 签名；签名不符的归档会被拒绝；须与 `PKG_PUBLIC_KEY_FILE` 一起设置',
  'public key of whoever signs packages: PEM, or that of minisign': '安装包签名者的公钥：PEM 格式或 minisign 格式',
  'client in the image': '镜像中自带的客户端',
  'folder whose `bin/` has `mysql` and `mysqldump`': '其 `bin/` 下有 `mysql` 和 `mysqldump` 的目录',
  'database server': '数据库服务器',
  'its port': '数据库服务器的端口',
  'database of EggRoll': 'EggRoll 的数据库',
  'account of the database': '数据库账号',
  'its password': '该账号的密码',
  'when set, used instead of TCP': '设置后用它代替 TCP 连接',
  'migration SQL; `auto`: the built-in migration for the detected versions; `none`: no database work':
    '迁移 SQL；`auto`：按检测到的版本使用内置迁移；`none`：不处理数据库',
  'encryption of the connection to the database': '数据库连接的加密方式',
  'certificates (PEM) that sign the one of the database server': '签发数据库服务器证书的 CA 证书（PEM）',
  '`<MYSQL_DB>_scratch`': '`<MYSQL_DB>_scratch`',
  'scratch schema for proving backups and rehearsing SQL; created and dropped by the run':
    '用于验证备份和演练 SQL 的临时库；由本工具在运行时创建和删除',
  'account on the nodes': '节点上的账号',
  'port of sshd on the nodes': '节点上 sshd 的端口',
  'private key; not needed with SSH_PASSWORD': '私钥；设置了 `SSH_PASSWORD` 时不需要',
  'passphrase of the private key': '私钥的口令',
  'password, in place of a private key': '密码，用来代替私钥',
  'host keys in OpenSSH format, hashed names too': 'OpenSSH 格式的主机密钥，主机名经过哈希的也可以',
  '`accept-new` records the first key seen under STATE_DIR and refuses a changed one':
    '`accept-new` 会把首次见到的密钥记录在 `STATE_DIR` 下，此后密钥若有变化则拒绝',
  '`user@host:port` of jump hosts, several separated by commas, in order':
    '跳板机的 `user@host:port`，多台用英文逗号分隔，按经过的顺序填写',
  'what starts and stops services: bin/eggroll.sh, service.sh of supervisord, or nobody':
    '由谁启停服务：bin/eggroll.sh、supervisord 的 service.sh，或都不用',
  'folder of service.sh on the nodes': '节点上 service.sh 所在的目录',
  "what comes before `clustermanager`, `nodemanager`, `rollsite` in the names of supervisord's programs":
    'supervisord 的程序名中 `clustermanager`、`nodemanager`、`rollsite` 之前的前缀',
  'command that starts a service on a node, its name as `$1`, in the place of the script; with STOP_COMMAND':
    '在节点上启动服务的命令，代替启停脚本，服务名为 `$1`；须与 `STOP_COMMAND` 一起设置',
  'command that stops a service on a node, its name as `$1`': '在节点上停止服务的命令，服务名为 `$1`',
  'command that must end well once a service was started, its name as `$1`; beside what processes and ports tell':
    '服务启动后必须执行成功的命令，服务名为 `$1`；在检查进程和端口之外另行检查',
  'file on the nodes that is sourced before service commands': '节点上的文件，执行服务命令之前先 source 它',
  'start what was running before, after the switch': '切换之后启动原先在运行的服务',
  'workers of sessions that outlive their NodeManager: `end` ends them and names each, `refuse` stops nothing while workers run':
    'NodeManager 停止后仍在运行的会话工作进程：`end` 结束它们并逐个列出，`refuse` 则只要还有工作进程在运行就不停止任何服务',
  "path of fate_flow's service.sh: fate_flow stops before EggRoll's services and starts once they are up; with FATE_FLOW_HOST":
    'fate_flow 的 service.sh 的路径：fate_flow 先于 EggRoll 的服务停止，待它们启动完毕后再启动；须与 `FATE_FLOW_HOST` 一起设置',
  'host of fate_flow, as in a list: `host`, `user@host`, `host:port`; it need not be in one':
    'fate_flow 所在的主机，写法与清单相同：`host`、`user@host`、`host:port`；它不必在清单中',
  'what becomes of conf on the nodes': '如何处理节点上的 conf',
  'refuse when no scratch schema can be had; `false` goes on without proof and says so':
    '无法使用临时库时拒绝运行；设为 `false` 则不经验证继续，并明确说明',
  'clean-up of run-time tables, after a backup of what is purged': '清理运行时表；清理前先备份要清理的内容',
  'hash that `plan` has shown; `upgrade` refuses to do anything else':
    '`plan` 给出的哈希值；内容与之不符时 `upgrade` 拒绝执行',
  'host of a list that is staged, switched and checked first, alone; when that fails, no other node is touched':
    '清单中的一台主机，先单独对它暂存、切换和检查；如果失败，其他节点一概不动',
  'address that the result is posted to, as JSON, at the end': '结束时把结果以 JSON 格式 POST 到的地址',
  'dumps, reports, accepted host keys; must outlive the container':
    '存放转储、报告和已接受的主机密钥；必须在容器结束后仍然保留',
  'nodes worked on at once': '同时处理的节点数',
  '`auto`: nodes pass content on to each other; `direct`: the runner sends to each':
    '`auto`：节点之间互相传递内容；`direct`：由运行作业的机器逐个发送',
  'files on the nodes that are hashed: `changed`: those that were written to since a run has hashed them; `full`: every one':
    '对节点上的哪些文件计算哈希：`changed`：以往运行计算过哈希之后又被写过的文件；`full`：全部文件',
  'runs whose backups `prune` keeps': '`prune` 保留最近多少次运行的备份',
  'put everything back when the upgrade fails after the switch began': '切换开始之后升级失败时，自动全部回滚',
  'not at all': '不等待',
  'how long to wait for another run that holds the lock, before giving up (75)':
    '锁被另一个运行持有时最多等待多少秒，超过则放弃（75）',
  'name of the job, where what starts it again cannot tell exit codes apart: once a try has ended so that another one changes nothing (10, 11, 64, 65, 77, 78), further tries repeat that result and do nothing':
    '作业的名称，供负责重启的系统无法区分退出码时使用：一旦某次尝试的结果使再试也不会有变化（10、11、64、65、77、78），之后的尝试只重复该结果，不做任何事',
  'form of the output': '输出形式',
  'a simulated home': '模拟的安装目录',
  '`rehearse`: archive (`.tar`, `.tar.gz`, `.tgz`) of the EGGROLL_HOME that every node of the rehearsal gets':
    '`rehearse`：演练中每个节点所用 `EGGROLL_HOME` 的归档（`.tar`、`.tar.gz`、`.tgz`）',
  '`rehearse`: EggRoll version of the simulated homes and of the simulated database':
    '`rehearse`：模拟的安装目录和模拟的数据库的 EggRoll 版本',
  'the schema of that version with made-up rows': '该版本的表结构加上虚构的数据',
  '`rehearse`: dump of the database, as `mysqldump` makes it, also with gzip':
    '`rehearse`：数据库的转储，即 `mysqldump` 的输出，也可以用 gzip 压缩',
  'as many as the lists name, at most 50': '与清单中的主机数相同，最多 50',
  '`rehearse`: number of nodes; where there are no lists, they are made up': '`rehearse`：节点数；没有清单时节点为虚构',
  '`rehearse`: how often an upgrade is killed at a random moment, and resumed, after all else went well':
    '`rehearse`：其余各项都通过之后，再让升级在随机时刻被杀掉并继续多少次',
  '`rehearse`: read homes (without data and logs) and database from the real cluster; changes nothing there':
    '`rehearse`：从真实集群读取安装目录（不含 data 和 logs）和数据库；不对它做任何改动',
  '`rehearse`: leave the cluster of the rehearsal running, and say how to look around and how to remove it':
    '`rehearse`：保留演练集群继续运行，并说明如何查看、如何删除',
  'the image it runs from, else `eggroll-upgrade:local`': '演练自身所用的镜像，否则为 `eggroll-upgrade:local`',
  '`rehearse`: image of the jobs': '`rehearse`：作业的镜像',
  '`rehearse`: image of the nodes; built where the engine has none of that name':
    '`rehearse`：节点的镜像；引擎上没有该名称的镜像时会构建',
  '`eggroll-upgrade-base/mysql:local`, where the engine has it, else `mysql:8.4`':
    '引擎上有 `eggroll-upgrade-base/mysql:local` 时用它，否则为 `mysql:8.4`',
  '`rehearse`: image of the database server, MySQL or MariaDB of the version that you run':
    '`rehearse`：数据库服务器的镜像，应为您所用版本的 MySQL 或 MariaDB',
  'language of messages; `auto`: Chinese where LC_ALL, LC_MESSAGES or LANG begins with `zh`, else English':
    '消息的语言；`auto`：LC_ALL、LC_MESSAGES 或 LANG 以 `zh` 开头时用中文，否则用英文',
});

/** What a value must look like, and when there must be one. */
export const kindsAndRequirements = translations({
  'text on one line': '单行文本',
  'path where the job runs': '运行作业的机器上的路径',
  'absolute path on the nodes, without `..`': '节点上的绝对路径，不含 `..`',
  'host name or IP address': '主机名或 IP 地址',
  'database name of at most 64 letters, digits, `_`, `$` or `-`':
    '数据库名，最多 64 个字符，由字母、数字、`_`、`$` 或 `-` 组成',
  'port, 1 to 65535': '端口，1 至 65535',
  'whole number, 1 to 9999': '整数，1 至 9999',
  '`true` or `false`': '`true` 或 `false`',
  '64 hexadecimal digits': '64 位十六进制数字',
  'name of letters, digits, `-` and `.`': '名称，由字母、数字、`-` 和 `.` 组成',
  required: '必填',
  'required, unless `MYSQL_FILE` is `none`': '必填，除非 `MYSQL_FILE` 为 `none`',
  'required, unless `MYSQL_FILE` is `none` or `MYSQL_SOCK` is set':
    '必填，除非 `MYSQL_FILE` 为 `none` 或设置了 `MYSQL_SOCK`',
  none: '无',
});
