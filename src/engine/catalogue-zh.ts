// The catalogue in Chinese (Simplified): one entry per code, or it does not compile.

import type { CatalogueEntry, ErrorCode } from './catalogue.ts';

export const chineseCatalogue: Readonly<Record<ErrorCode, Pick<CatalogueEntry, 'summary' | 'remedy'>>> = {
  CONFIG_INVALID: { summary: '变量缺失或取值有误。', remedy: '请改正该变量，然后重新运行同一命令。' },
  CONFIG_UNKNOWN: { summary: '使用了本工具前缀但无法识别的变量。', remedy: '请改正拼写，或删除该变量。' },
  USAGE: { summary: '命令行有误。', remedy: '请加上 --help 运行该命令。' },
  LIST_INVALID: { summary: '主机清单无法使用。', remedy: '请改正所指出的那一行。' },
  PACKAGE_INVALID: {
    summary: 'EggRoll 安装包无法使用。',
    remedy: '请挂载完整的 EggRoll 安装包：bin、conf、deploy、lib 和 python。',
  },
  PACKAGE_NOT_SERVED: {
    summary: '服务器不提供该地址下的安装包。',
    remedy: '请改正地址，或提供服务器所要求的内容。',
  },
  PACKAGE_UNREACHABLE: {
    summary: '无法连接安装包的服务器，或它没有把安装包发送完。',
    remedy: '请检查地址、网络和代理，然后重新运行同一命令：它会从中断处继续。',
  },
  SIGNATURE_INVALID: {
    summary: '安装包的签名无效。',
    remedy: '请向制作者重新获取安装包、签名和公钥；没有有效的签名时请不要继续。',
  },
  ENGINE_UNREACHABLE: {
    summary: '无法连接演练所用的 Docker 引擎。',
    remedy: '请启动它、挂载其套接字，或在 DOCKER_HOST 中指定；然后重新运行同一命令。',
  },
  ENGINE_REFUSED: {
    summary: 'Docker 引擎拒绝服务，或其主机密钥未知。',
    remedy: '请使用有权使用该引擎的账号运行；在容器中请用 --group-add 加上套接字的属组。',
  },
  ENGINE_FAILED: {
    summary: 'Docker 引擎无法完成演练所需的操作。',
    remedy: '请查看引擎的消息，然后重新运行同一命令。',
  },
  IMAGE_MISSING: {
    summary: '引擎上没有演练所需的镜像，也无法拉取或构建。',
    remedy: '请把镜像载入引擎（docker load），或在该变量中指定另一个镜像。',
  },
  REHEARSAL_INPUT_INVALID: {
    summary: '用来构建演练集群的输入无法使用。',
    remedy: '请改正所指出的转储或归档。',
  },
  SQL_INVALID: { summary: '迁移 SQL 无法使用。', remedy: '请改正所指出的语句。' },
  NODE_UNREACHABLE: {
    summary: '无法通过 SSH 连接节点。',
    remedy: '请检查地址、端口、网络以及 sshd 是否在运行，然后重新运行同一命令。',
  },
  DATABASE_UNREACHABLE: {
    summary: '无法连接数据库服务器。',
    remedy: '请检查 MYSQL_HOST、MYSQL_PORT 和网络，然后重新运行同一命令。',
  },
  HOST_KEY_REFUSED: {
    summary: '节点的主机密钥未知或已改变。',
    remedy: '请与节点上的密钥核对，然后更正 SSH_KNOWN_HOSTS_FILE。',
  },
  LOGIN_REFUSED: {
    summary: '节点拒绝登录。',
    remedy: '请检查 SSH_USER、密钥或密码，以及节点上的 authorized_keys。',
  },
  DATABASE_LOGIN_REFUSED: {
    summary: '数据库服务器拒绝登录。',
    remedy: '请检查 MYSQL_USER、密码，以及该账号允许从哪些主机连接。',
  },
  DATABASE_MISSING: { summary: '服务器上没有数据库 MYSQL_DB。', remedy: '请改正 MYSQL_DB 或 MYSQL_HOST。' },
  DATABASE_LOST: {
    summary: '运行期间与数据库的连接中断。',
    remedy: '请检查数据库服务器和网络，然后重新运行同一命令：它会接着做下去。',
  },
  DATABASE_FAILED: {
    summary: '数据库服务器无法执行本工具的语句。',
    remedy: '请处理消息所指出的问题，然后重新运行同一命令。',
  },
  DATABASE_READ_ONLY: {
    summary: '数据库服务器不接受修改。',
    remedy: '请在 MYSQL_HOST 中填写可写的服务器，或关闭 read_only。',
  },
  DATABASE_TOO_OLD: {
    summary: '数据库服务器版本过低。',
    remedy: '请至少使用 MySQL 5.7 或 MariaDB 10.2；或设置 MYSQL_FILE=none，并用其他方式处理数据库。',
  },
  DATABASE_UNSUPPORTED: {
    summary: '数据库中有本版本无法恢复的对象。',
    remedy: '请在升级期间把它们移到其他数据库。',
  },
  SCRATCH_UNUSABLE: {
    summary: '临时库无法使用。',
    remedy:
      '请授予所示权限，或在 MYSQL_SCRATCH_DB 中另指定一个库，或设置 REQUIRE_PROOF=false，在不验证备份的情况下继续。',
  },
  DUMP_CLIENT_MISSING: {
    summary: '找不到用于转储数据库的客户端。',
    remedy: '请改正 MYSQL_HOME：其 bin 目录中必须有 mysqldump 或 mariadb-dump。',
  },
  BACKUP_FAILED: { summary: '数据库备份失败。', remedy: '请处理消息所指出的问题，然后重新运行同一命令。' },
  BACKUP_UNPROVEN: {
    summary: '数据库备份恢复后与原库不一致。',
    remedy: '请查看所指出的差异，然后重新运行同一命令。',
  },
  BACKUP_DAMAGED: {
    summary: '数据库备份不完整或被改动过。',
    remedy: '请放回完好的备份目录副本，然后运行 `recover`。',
  },
  SQL_FAILED_IN_REHEARSAL: {
    summary: '一条迁移语句在数据库副本上执行失败。',
    remedy: '请改正所指出的语句或数据，然后重新运行同一命令。',
  },
  SQL_FAILED: { summary: '一条迁移语句执行失败。', remedy: '请运行 `recover`，或改正语句后重新运行 `upgrade`。' },
  LEDGER_MISMATCH: {
    summary: '数据库与迁移记录不符。',
    remedy: '请运行 `recover`，或使用本次运行开始时的那份语句文件。',
  },
  RESTORE_FAILED: { summary: '数据库未能恢复。', remedy: '请处理消息所指出的问题，然后重新运行 `recover`。' },
  NODE_LOST: {
    summary: '运行期间与节点的连接中断。',
    remedy: '请检查节点和网络，然后重新运行同一命令：它会接着做下去。',
  },
  NODE_UNFIT: { summary: '节点尚不具备升级条件。', remedy: '请整理好该节点，然后重新运行同一命令。' },
  NODE_FAILED: { summary: '节点上的命令执行失败。', remedy: '请处理消息所指出的问题，然后重新运行同一命令。' },
  HOOK_FAILED: { summary: '站点的钩子执行失败。', remedy: '请查看上面的输出，改正该命令，然后重新运行同一命令。' },
  DISK_FULL: { summary: '磁盘空间不足。', remedy: '请腾出空间，然后重新运行同一命令。' },
  DISK_FAILED: {
    summary: '运行本工具的机器上有文件无法读写。',
    remedy: '请检查 STATE_DIR 所在的卷及其权限，然后重新运行同一命令。',
  },
  HOME_INVALID: {
    summary: '节点上的 EGGROLL_HOME 不是可以升级的 EggRoll 目录。',
    remedy: '请改正 EGGROLL_HOME 或主机清单。',
  },
  HOME_REFUSED: {
    summary: '节点上 EGGROLL_HOME 的目录无法通过重命名切换。',
    remedy: '请授予 SSH_USER 写权限，并保证五个目录是同一文件系统上的真实目录。',
  },
  DOWNGRADE: {
    summary: '安装包的版本低于集群。',
    remedy: '请挂载更新的安装包，或运行 `recover` 回到上次升级之前的状态。',
  },
  VERSION_UNSUPPORTED: {
    summary: '不支持从该版本升级到安装包的版本。',
    remedy: '请选择 docs/versions.md 中列出的升级路径，必要时分两步进行。',
  },
  VERSIONS_DIFFER: {
    summary: '各节点的版本不一致。',
    remedy: '请先把所指出的节点统一到一个版本，或把它们移出清单。已经是安装包版本的节点不影响升级。',
  },
  PLAN_CHANGED: {
    summary: '升级内容与 PLAN_HASH 所对应的计划不符。',
    remedy: '请重新运行 `plan`，核对现在的内容，再把 PLAN_HASH 设为其末尾的哈希值。',
  },
  LOCK_HELD: { summary: '锁被另一个运行占用。', remedy: '请等它结束，然后重新运行同一命令。' },
  LOCK_LOST: {
    summary: '本次运行失去了锁。',
    remedy: '请确认没有其他运行在操作该集群，然后重新运行同一命令。',
  },
  INTERRUPTED: {
    summary: '运行在完成之前被停止。',
    remedy: '请重新运行同一命令以完成，或运行 `recover` 恢复到升级之前。',
  },
  RUN_CONFLICT: {
    summary: '节点上有另一个未完成的运行。',
    remedy: '请用它自己的安装包和主机清单完成它，或用 `recover` 恢复。',
  },
  STATE_UNEXPECTED: {
    summary: '节点处于本工具任何运行都不会留下的状态。',
    remedy: '请检查该节点；然后运行 `recover`，或在修正后重新运行 `upgrade`。',
  },
  STAGE_MISMATCH: {
    summary: '节点上暂存的目录与预期不符。',
    remedy: '请检查该节点的磁盘，然后重新运行同一命令。',
  },
  SERVICE_NOT_STOPPED: { summary: '有服务未能停止。', remedy: '请检查所指出的进程，然后重新运行同一命令。' },
  SERVICE_NOT_STARTED: {
    summary: '有服务未能启动，或启动后又退出。',
    remedy: '请查看所指出的日志，然后重新运行同一命令。',
  },
  VERIFY_FAILED: { summary: '切换后节点与预期不符。', remedy: '请查看所指出的差异。' },
  RECOVER_MISMATCH: {
    summary: '旧目录与升级之前不一致。',
    remedy: '请改正所指出的文件，或按现状接受旧目录；然后重新运行 `recover`。',
  },
  GRANT_MISSING: {
    summary: '数据库账号缺少运行所需的权限。',
    remedy: '请以服务器管理员身份执行所示的 GRANT 语句。',
  },
  DEFECT: {
    summary: '本工具自身有缺陷。',
    remedy: '请附上输出报告此问题。如果服务已停止，请运行 `recover`。',
  },
};
