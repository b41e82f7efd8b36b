/** Sentences and heads of tables of the generated pages, in Chinese (Simplified), by the English text. */
import { translations } from '../../src/messages/holes.ts';

export const heads = translations({
  code: '退出码',
  'error code': '错误码',
  command: '命令',
  does: '作用',
  'changes anything?': '会改动什么吗？',
  variable: '变量',
  takes: '取值',
  default: '默认值',
  meaning: '含义',
  'old option': '旧选项',
  'was anything changed?': '改动过什么吗？',
  'exit code': '退出码',
  'what it means': '含义',
  'what to do': '怎么办',
  step: '步骤',
  before: '之前',
  after: '之后',
  holds: '内容',
  name: '名称',
  is: '说明',
  from: '从',
  to: '到',
  'to know': '须知',
});

export const errorsTexts = translations({
  Errors: '错误码',
  'Every finding of a run carries one of these codes, where it was found, what was found and what to do.':
    '运行中发现的每个问题都带有下列错误码之一，并说明在哪里发现、发现了什么、该怎么办。',
  'The codes are stable.': '错误码保持稳定，不会变更。',
  'The exit code is that of the worst finding; a failure after services were stopped ends with 10 once everything is put back.':
    '退出码取最严重的问题所对应的那个；服务停止之后发生的失败，在全部回滚后以退出码 10 结束。',
  'This page is written by `npm run docs` from `src/engine/catalogue.ts`.':
    '本页由 `npm run docs` 根据 `src/engine/catalogue.ts` 生成。',
});

export const versionsTexts = translations({
  Versions: '版本',
  'An upgrade leads from any of these versions to any later one, or to the same one again, when a row has it.':
    '只要下表中有对应的一行，就可以从其中任一版本升级到更新的版本，或重新升级到同一版本。',
  'Everything else is refused (65), and so is an older package (65): `recover` goes back.':
    '其他情况一律拒绝（65），更旧的安装包也会被拒绝（65）：要退回旧版本请用 `recover`。',
  'All nodes must be on one version; those that have the version of the package already are no hindrance.':
    '所有节点必须处于同一版本；已经是安装包版本的节点不影响升级。',
  'This page is written by `npm run docs` from `src/eggroll/compatibility.ts`.':
    '本页由 `npm run docs` 根据 `src/eggroll/compatibility.ts` 生成。',
  'The version of a home is told by the core jar in `lib` and by `__version__` in `python/eggroll/__init__.py`, which must agree.':
    'EggRoll 安装目录的版本由 `lib` 中的核心 jar 和 `python/eggroll/__init__.py` 中的 `__version__` 判定，两者必须一致。',
  '2.0.x and 2.1.0 have an empty `__init__.py`, and one without quotes was edited by hand: there the jar decides.':
    '2.0.x 和 2.1.0 的 `__init__.py` 是空文件，而其中版本号没有引号的则是手工改过的：这两种情况以 jar 为准。',
  'A schema of another version than that of the nodes is a warning: `MYSQL_FILE=auto` goes by the schema, and a file is rehearsed.':
    '表结构的版本与节点不同时只给出警告：`MYSQL_FILE=auto` 以表结构为准，以文件给出的 SQL 则会先经过演练。',
});

export const referenceTexts = translations({
  Reference: '参考手册',
  'This page is written by `npm run docs` from the code, and the tests check that it tells what the code does.':
    '本页由 `npm run docs` 根据代码生成，并有测试检查它与代码的行为一致。',
  Commands: '命令',
  '`--help` after the program or a command tells the same in short, `--version` the version.':
    '在程序名或命令之后加 `--help` 可看到简要的同样内容，加 `--version` 可看到版本。',
  Variables: '环境变量',
  'An empty variable counts as unset.': '空变量视为未设置。',
  'Where a second name with `_FILE` is given, the value is a secret: it may stand in the file that the second name names, one of the two may be set, and it is never shown.':
    '如果还列出了带 `_FILE` 的第二个名称，则其值属于机密：可以把值放在第二个名称所指的文件中，两个变量只能设置其一，且其值绝不会显示出来。',
  'A variable that is not in this table and begins like one of it, or is nearly one of it, is refused (78).':
    '不在此表中、但前缀与表中变量相同或拼写与之相近的变量会被拒绝（78）。',
  'Exit codes': '退出码',
  '[errors.md](errors.md) lists the error codes with their exit codes and what to do.':
    '[errors.md](errors.md) 列出了各错误码及其退出码和处理办法。',
  Hooks: '钩子',
  '`HOOK_<STEP>_BEFORE` and `HOOK_<STEP>_AFTER` hold commands, run by `sh -c` where the job runs.':
    '`HOOK_<STEP>_BEFORE` 和 `HOOK_<STEP>_AFTER` 的值是命令，在运行作业的机器上由 `sh -c` 执行。',
  "A command finds these beside the job's own variables, without its secrets:":
    '除作业自身的环境变量（不含机密）之外，命令还能读到：',
  'Files and tables': '文件和表',
  'In `STATE_DIR`:': '在 `STATE_DIR` 中：',
  'On nodes, in `EGGROLL_HOME/.eggroll-upgrade`:': '在节点上，`EGGROLL_HOME/.eggroll-upgrade` 中：',
  'In the database of EggRoll, as tables:': '在 EggRoll 的数据库中，以表的形式：',
  '[architecture.md](architecture.md) tells which of them decides what.':
    '[architecture.md](../architecture.md)（英文）说明其中哪一个决定什么。',
});
