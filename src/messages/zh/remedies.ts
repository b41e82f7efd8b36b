// What to do about a finding, where it says more than the catalogue: the configuration and the database, then the nodes.

import { translations } from '../holes.ts';

export const remedies = translations({
  'Run `recover`.': '请运行 `recover`。',
  'Drop what only helps the migration at its end, and make the rest after the upgrade.':
    '只为迁移服务的对象请在迁移末尾删除，其余的请在升级之后创建。',
  'End the session that blocks, then run the same command again.': '请结束造成阻塞的会话，然后重新运行同一命令。',
  'As an administrator of the server, run: {statement}': '请以服务器管理员身份执行：{statement}',
  'As an administrator of the server, for the time of the upgrade, run: {statements}':
    '请以服务器管理员身份在升级期间执行：{statements}',
  'Check MYSQL_TLS and MYSQL_TLS_CA_FILE against the certificate of the server.':
    '请对照服务器证书检查 MYSQL_TLS 和 MYSQL_TLS_CA_FILE。',
  'Set max_allowed_packet on the server to at least {bytes}, then run the same command again.':
    '请把服务器的 max_allowed_packet 至少设为 {bytes}，然后重新运行同一命令。',
  'Put `ALTER TABLE {table} ENGINE=InnoDB` before the upgrade, or change these rows by hand after it.':
    '请在升级前执行 `ALTER TABLE {table} ENGINE=InnoDB`，或在升级后手工修改这些行。',
  'Take these changes back and run `upgrade` again; or run `recover`, which keeps the tables aside.':
    '请撤销这些修改并重新运行 `upgrade`；或运行 `recover`，它会把这些表另行保留。',
  'Put the folders .eggroll-upgrade/runs/{run} of the nodes back and run `recover`; or put the database back from a backup of your own and remove the rows of that run from eggroll_upgrade_ledger.':
    '请把各节点的目录 .eggroll-upgrade/runs/{run} 放回原处并运行 `recover`；或用您自己的备份恢复数据库，并从 eggroll_upgrade_ledger 中删除该运行的行。',
  'Stop whatever writes to it, then run the same command again.': '请停止对它的写入，然后重新运行同一命令。',
  'Run `recover` first, which uses that backup.': '请先运行 `recover`，它会使用该备份。',
  'The tables are those of EggRoll {level}; the statement may be meant for others. For {version} there is nothing to do: set MYSQL_FILE=auto, then run the same command again.':
    '这些表属于 EggRoll {level}，该语句可能是为其他版本写的。升级到 {version} 无需修改：请设置 MYSQL_FILE=auto，然后重新运行同一命令。',
  'The tables are those of EggRoll {level}; the statement may be meant for others. For {version} 1 statement leads there: set MYSQL_FILE=auto, then run the same command again.':
    '这些表属于 EggRoll {level}，该语句可能是为其他版本写的。升级到 {version} 需要 1 条语句：请设置 MYSQL_FILE=auto，然后重新运行同一命令。',
  'The tables are those of EggRoll {level}; the statement may be meant for others. For {version} {count} statements lead there: set MYSQL_FILE=auto, then run the same command again.':
    '这些表属于 EggRoll {level}，该语句可能是为其他版本写的。升级到 {version} 需要 {count} 条语句：请设置 MYSQL_FILE=auto，然后重新运行同一命令。',
  'Give the migration as a file by MYSQL_FILE.': '请用 MYSQL_FILE 以文件形式给出迁移语句。',
  'Mount the migration SQL, or set MYSQL_FILE to `auto` or `none`.':
    '请挂载迁移 SQL，或把 MYSQL_FILE 设为 `auto` 或 `none`。',
  'Give the options as upgrade_helper.py takes them, each with its value.':
    '请按 upgrade_helper.py 的写法给出选项，每个选项都带上取值。',
  'Expected one host per line: host, user@host, host:port, user@host:port or [IPv6 address]:port.':
    '每行应为一台主机：host、user@host、host:port、user@host:port 或 [IPv6 地址]:port。',
  'Expected one host as in the lists: host, user@host, host:port, user@host:port.':
    '应为一台主机，写法与清单相同：host、user@host、host:port、user@host:port。',
  'Unset FATE_FLOW_SERVICE and FATE_FLOW_HOST and stop fate_flow yourself, as the other services; or set SERVICE_CONTROL.':
    '请去掉 FATE_FLOW_SERVICE 和 FATE_FLOW_HOST，像其他服务一样自行停止 fate_flow；或设置 SERVICE_CONTROL。',
  'Remove one of the two lines.': '请删除这两行中的一行。',
  'Keep it in the NodeManager list only: RS_FILE is for hosts that run RollSite alone.':
    '请只保留在 NodeManager 清单中：RS_FILE 只用于单独运行 RollSite 的主机。',
  'List at least one. It may be empty only for RollSite hosts alone, with MYSQL_FILE=none.':
    '请至少列出一台。只有在仅升级 RollSite 主机且 MYSQL_FILE=none 时才可以为空。',
  'Mount the list there, or set {variable} to its path.': '请把清单挂载到该处，或把 {variable} 设为其路径。',
  'Mount the list there, or set {variable} to its path. It may be empty, where no host runs RollSite alone.':
    '请把清单挂载到该处，或把 {variable} 设为其路径。如果没有单独运行 RollSite 的主机，它可以为空。',
  'Set {variable}.': '请设置 {variable}。',
  'Set {variable}_FILE or {variable}.': '请设置 {variable}_FILE 或 {variable}。',
  'Set one of them.': '请只设置其中一个。',
  'Mount a file that this account may read, and name it by its whole path.': '请挂载该账号可读的文件，并写出完整路径。',
  'Write the secret into the file.': '请把密钥内容写入该文件。',
  'A hook is called HOOK_<STEP>_BEFORE or HOOK_<STEP>_AFTER; the steps are {steps}.':
    '钩子的名称为 HOOK_<STEP>_BEFORE 或 HOOK_<STEP>_AFTER；步骤有 {steps}。',
  'Mount the private key there, or set SSH_PASSWORD_FILE to log in by password.':
    '请把私钥挂载到该处，或设置 SSH_PASSWORD_FILE 用密码登录。',
  'Encrypt it anew with ssh-keygen -p -a 100, or mount an undamaged copy.':
    '请用 ssh-keygen -p -a 100 重新加密，或挂载完好的副本。',
  'Mount the private key, the file without .pub.': '请挂载私钥，即不带 .pub 的文件。',
  'Set SSH_PASSPHRASE_FILE.': '请设置 SSH_PASSPHRASE_FILE。',
  'Correct SSH_PASSPHRASE.': '请改正 SSH_PASSPHRASE。',
  'Mount a key as ssh-keygen writes it.': '请挂载 ssh-keygen 所生成格式的密钥。',
  "Mount a known_hosts file with the nodes' keys, or set SSH_HOST_KEY_CHECKING=accept-new.":
    '请挂载含有各节点密钥的 known_hosts 文件，或设置 SSH_HOST_KEY_CHECKING=accept-new。',
  'Name a host as its list does.': '请按清单中的写法填写主机。',
  'Mount a volume that this account may write.': '请挂载该账号可写的卷。',
  'Set PURGE=none, or MYSQL_FILE to auto or a file.': '请设置 PURGE=none，或把 MYSQL_FILE 设为 auto 或文件。',
  'Correct MYSQL_HOME, or remove it to use the client in the image.':
    '请改正 MYSQL_HOME，或去掉它以使用镜像内的客户端。',
  'Name a schema that does not exist yet.': '请填写一个尚不存在的库名。',
  'Set MYSQL_SCRATCH_DB to a shorter name.': '请把 MYSQL_SCRATCH_DB 设为更短的名称。',
  'Did you mean {variable}?': '您是否想写 {variable}？',
  'Remove it, or correct its spelling; the README lists every variable.': '请删除它或改正拼写；README 列出了所有变量。',
  'Give the job a writable place with enough space, and run the same command again.':
    '请为任务提供可写且空间足够的位置，然后重新运行同一命令。',
  'Give the job more space there, or mount the package unpacked.': '请为任务在该处提供更多空间，或挂载已解压的安装包。',
  'Name one of them in PKG_BASE_PATH.': '请在 PKG_BASE_PATH 中指定其中一个。',
  'Make room there, or make it writable, and run the same command again.':
    '请在该处腾出空间，或使其可写，然后重新运行同一命令。',
  'Name a new or empty folder.': '请指定新的或空的目录。',
});

export const nodeRemedies = translations({
  "Compare it with the node's own (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub) and add the line of `ssh-keyscan -p {port} {host}`.":
    '请与节点自己的密钥（ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub）核对，然后加入 `ssh-keyscan -p {port} {host}` 输出的那一行。',
  'Find out why before you change the known_hosts file.': '请先查明原因，再修改 known_hosts 文件。',
  'Put the files right in {folder}/backup; or, to take the old folders as they are, make an empty file {folder}/old-tree.accepted. Then run `recover` again.':
    '请改正 {folder}/backup 中的文件；或建立空文件 {folder}/old-tree.accepted，按现状接受旧目录。然后重新运行 `recover`。',
  'Put them right, or take them as they are by an empty file {folder}/old-tree.accepted. Then run `upgrade` again, or `recover`.':
    '请改正这些文件，或建立空文件 {folder}/old-tree.accepted 以按现状接受。然后重新运行 `upgrade`，或运行 `recover`。',
  'Put the real folder back into its place, then run the same command again.':
    '请把真实目录放回原位，然后重新运行同一命令。',
  'Move away the one that does not belong to the run, then run the same command again.':
    '请移走不属于该运行的那个目录，然后重新运行同一命令。',
  'Put the old folder back as {live} from your own copy, then run the same command again.':
    '请用您自己的副本把旧目录放回 {live}，然后重新运行同一命令。',
  'Put the old folder back as {run}/backup/{name} from your own copy, then run the same command again.':
    '请用您自己的副本把旧目录放回 {run}/backup/{name}，然后重新运行同一命令。',
  'Run `recover`: the old one is in {run}/backup. Or put the new folder into its place as {live} and run `upgrade` again.':
    '请运行 `recover`：旧目录在 {run}/backup 中。或把新目录放到 {live}，然后重新运行 `upgrade`。',
  'Put {folder} back as it was; or, when the five folders of {home} are the old ones, make an empty file {folder}/old-tree.accepted. Then run the same command again.':
    '请把 {folder} 恢复原样；如果 {home} 的五个目录就是旧目录，也可建立空文件 {folder}/old-tree.accepted。然后重新运行同一命令。',
  'Put them right and run `upgrade` again; or run `recover`, which keeps them in the folder `replaced` of the run.':
    '请改正这些文件并重新运行 `upgrade`；或运行 `recover`，它会把这些文件保留在该运行的 `replaced` 目录中。',
  'Install {tool}.': '请安装 {tool}。',
  'Correct {variable}.': '请改正 {variable}。',
  "Put one that is made from the package's bin/eggroll.sh into the package as {path}: then that one takes its place.":
    '请根据安装包的 bin/eggroll.sh 制作一份，放入安装包的 {path}，它会取代原来的脚本。',
  'Set MYSQL_FILE=none: the file in data is left alone.': '请设置 MYSQL_FILE=none：data 中的文件不会被改动。',
  'Stop the services first, or set SERVICE_CONTROL.': '请先停止服务，或设置 SERVICE_CONTROL。',
  'Correct FATE_FLOW_SERVICE or FATE_FLOW_HOST.': '请改正 FATE_FLOW_SERVICE 或 FATE_FLOW_HOST。',
  'Name the service.sh of the fate_flow that runs there, or stop what has its port.':
    '请填写在那里运行的 fate_flow 的 service.sh，或停止占用其端口的进程。',
  'Find out who starts it (a person, autostart), stop it, then run the same command again.':
    '请查明是谁启动了它（人工或自启动），将其停止，然后重新运行同一命令。',
  'End them first, as SERVICE_CONTROL=none ends nothing.':
    '请先结束它们，因为 SERVICE_CONTROL=none 时不会结束任何进程。',
  'Wait for their jobs to end, or set LEFTOVER_WORKERS=end; then run the same command again.':
    '请等待其任务结束，或设置 LEFTOVER_WORKERS=end；然后重新运行同一命令。',
  'Set SERVICE_CONTROL=supervisord.': '请设置 SERVICE_CONTROL=supervisord。',
  "Stop it, and start it by service.sh. Where the commands of supervisord's programs end in `start`, and not in `starting`, set SERVICE_CONTROL=eggroll.":
    '请停止它，并用 service.sh 启动。如果 supervisord 中程序的命令以 `start` 而不是 `starting` 结尾，请设置 SERVICE_CONTROL=eggroll。',
  'Name each machine once.': '每台机器请只写一次。',
  'Finish it by `upgrade`, or go back with `recover`; then run `prune` again.':
    '请用 `upgrade` 完成它，或用 `recover` 恢复；然后重新运行 `prune`。',
  'Move it out of the way, or give it back its place, owner and mode; then run the same command again.':
    '请把它移开，或恢复其位置、属主和权限；然后重新运行同一命令。',
  'Put an unharmed copy of the record back; or, once the node is as it shall be, move {folder} out of {home}. Then run the same command again.':
    '请放回完好的记录副本；或在节点恢复正常后，把 {folder} 移出 {home}。然后重新运行同一命令。',
  'Finish run {run} with its own package and lists, or go back with `recover` and its lists.':
    '请用运行 {run} 自己的安装包和主机清单完成它，或用其主机清单运行 `recover` 恢复到升级之前。',
  'Move the folder of the one that is void out of .eggroll-upgrade/runs on every node.':
    '请在每个节点上把作废的那个运行的目录移出 .eggroll-upgrade/runs。',
  'Stop the services and put the folder itself in the place of the link: {commands}':
    '请停止服务，并用目录本身替换该链接：{commands}',
  'Put the file itself in its place, or set CONF_POLICY=keep and merge the new keys yourself.':
    '请用文件本身替换它，或设置 CONF_POLICY=keep 并自行合并新的配置项。',
  'Mount the STATE_DIR of that run, then run the same command again.':
    '请挂载该运行的 STATE_DIR，然后重新运行同一命令。',
  'Use the lists of that run.': '请使用该运行的主机清单。',
  'Set both as they were when that run began.': '请把这两项设为该运行开始时的值。',
});

/** Of the package and its signature. */
export const packageRemedies = translations({
  'Sign it with minisign, which signs a hash of the file (-H in old versions), or set PKG_SHA256.':
    '请用 minisign 签名（它对文件的哈希签名，旧版本用 -H），或设置 PKG_SHA256。',
});

/** Of rehearsals. */
export const rehearsalRemedies = translations({
  'Name the folder with ca.pem, cert.pem and key.pem.': '请指定含有 ca.pem、cert.pem 和 key.pem 的目录。',
  'Start an agent that holds the key, or give a key without a passphrase.':
    '请启动持有该私钥的 SSH agent，或提供没有口令的私钥。',
  'Take it from one of the two.': '请只从两者之一获取。',
  'Set MYSQL_FILE to auto or a file.': '请把 MYSQL_FILE 设为 auto 或一个文件。',
  'Name a folder that this account may write.': '请指定此账号可写的目录。',
  'The real cluster is untouched. Report it with the output, and do not upgrade before it is settled.':
    '真实集群未被改动。请附上输出报告此问题，在解决之前不要升级。',
  'Look at the output above.': '请查看上面的输出。',
});

/** Of the program that fetches the package. */
export const fetchRemedies = translations({
  'Run the same again: it goes on where it stopped.': '请重新运行同一命令：它会从中断处继续。',
  'Correct it: http://host:port or https://host:port.': '请改正：http://host:port 或 https://host:port。',
  'Usage: fetch-package URL SHA256 TARGET': '用法：fetch-package URL SHA256 TARGET',
  'Write one header into the file, such as Authorization with its value.':
    '请在文件中写入一个请求头，例如 Authorization 及其值。',
  'Name a file in a folder that this account may write to.': '请指定此账号可写目录中的文件。',
  'Give the volume more room; what is there already is kept.': '请给该卷更多空间；已有内容会保留。',
  'Check the volume that it lies on.': '请检查其所在的卷。',
  'Correct the digest or the address; do not use a file that somebody may have altered.':
    '请改正摘要或地址；不要使用可能被他人改动过的文件。',
  'Name a file with the header that the server expects in PKG_URL_HEADER_FILE, or correct it.':
    '请在 PKG_URL_HEADER_FILE 中指定含有服务器所需请求头的文件，或改正它。',
  'Correct the address.': '请改正地址。',
  'Give HTTPS_PROXY or HTTP_PROXY with the name and password that the proxy expects.':
    '请在 HTTPS_PROXY 或 HTTP_PROXY 中给出代理所需的用户名和密码。',
  'Take an address that stays https.': '请使用始终为 https 的地址。',
  'Mount the certificates that sign the one of the server, and name their file in NODE_EXTRA_CA_CERTS.':
    '请挂载签发服务器证书的证书，并在 NODE_EXTRA_CA_CERTS 中指定其文件。',
  'Correct the address: https, host and port.': '请改正地址：https、主机和端口。',
});
