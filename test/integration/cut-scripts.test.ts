// Every script that changes a node, cut by SIGKILL before each single command that it calls, then run again: the end is the same as
// without a cut. Once everything of it is killed, as when the node loses power; for those that read a stream, once more their shell
// alone, whose commands go on.

import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { invocation, type ScriptName } from '../../src/cluster/remote-scripts.ts';
import { type ScriptBox, startScriptBox } from '../support/script-box.ts';

interface Call {
  readonly script: ScriptName;
  /** After HOME, TOKEN and RUN. */
  readonly args?: readonly string[];
  readonly input?: Buffer | string;
}

interface Case extends Call {
  readonly title: string;
  /** Shell commands in the run's folder, before the script: there is a staged tree, and the live one. */
  readonly before?: string;
  /** What is run after the cut, in the place of the same script. */
  readonly next?: Call;
  /** Calls of commands that the script makes at least. */
  readonly atLeast: number;
}

const folders = ['bin', 'lib'];
const switched = 'mkdir backup; for name in bin lib; do mv $home/$name backup/; mv staged/$name $home/; done';
const halfSwitched = 'mkdir backup; mv $home/bin backup/; mv staged/bin $home/; mv $home/lib backup/';
/** One mv renames several folders: what it leaves when it is killed in the middle. */
const cutMvs = {
  first: 'mkdir backup; mv $home/bin backup/',
  second: 'mkdir backup; mv $home/bin $home/lib backup/; mv staged/bin $home/',
  back: `${switched}; mv $home/bin staged/`,
};
const back: Call = { script: 'switch-back', args: folders };

const renamed = '.eggroll-upgrade/runs/run-1/staged/lib/new name';
const moved = `lib/file\0${renamed}\0`;

async function aTar(): Promise<Buffer> {
  const tar = pack();
  for (let index = 0; index < 5; index += 1)
    tar.entry({ name: `lib/${index}.jar` }, Buffer.alloc(50_000, String(index)));
  tar.finalize();
  return buffer(tar as AsyncIterable<Buffer>);
}

const cases: readonly Case[] = [
  { title: 'switch', script: 'switch', args: folders, atLeast: 10 },
  { title: 'switch, then switch-back', script: 'switch', args: folders, next: back, atLeast: 10 },
  { title: 'switch of the rest', script: 'switch', args: folders, before: halfSwitched, atLeast: 6 },
  { title: 'switch after a cut mv', script: 'switch', args: folders, before: cutMvs.first, atLeast: 10 },
  { title: 'switch after a cut second mv', script: 'switch', args: folders, before: cutMvs.second, atLeast: 8 },
  { title: 'switch-back after a cut mv', script: 'switch-back', args: folders, before: cutMvs.back, atLeast: 10 },
  { title: 'switch-back', script: 'switch-back', args: folders, before: switched, atLeast: 10 },
  {
    title: 'switch-back, then switch',
    script: 'switch-back',
    args: folders,
    before: switched,
    next: { script: 'switch', args: folders },
    atLeast: 10,
  },
  { title: 'stage-receive', script: 'stage-receive', args: ['-', 'plain'], input: await aTar(), atLeast: 4 },
  {
    title: 'stage-copy',
    script: 'stage-copy',
    args: ['9', String(moved.length), '600', String(renamed.length + 1)],
    input: `bin/file\0${moved}${renamed}\0`,
    atLeast: 6,
  },
  { title: 'stage-remove', script: 'stage-remove', input: 'bin/file\0bin\0', atLeast: 4 },
  { title: 'put-aside of what was only staged', script: 'put-aside', before: 'echo [] >old-tree.json', atLeast: 6 },
  {
    title: 'put-aside of what was live',
    script: 'put-aside',
    before: 'mkdir backup replaced',
    atLeast: 6,
  },
  { title: 'drop-run', script: 'drop-run', before: 'echo {} >record.json; mkdir ../left', atLeast: 6 },
  { title: 'write-record', script: 'write-record', args: ['record.json', '5'], input: 'whole', atLeast: 7 },
  {
    title: 'write-record over an older one',
    script: 'write-record',
    args: ['record.json', '5'],
    input: 'whole',
    before: 'echo old >record.json',
    atLeast: 7,
  },
  { title: 'tidy', script: 'tidy', before: 'echo {} >record.json; mkdir dropped; : >.x.partial', atLeast: 4 },
];

let box: ScriptBox;

// The commands count their calls; the one with the number CUT kills.
const wrapper = `#!/bin/dash
exec 9>>"$COUNTER"
/usr/bin/flock 9
echo x >&9
count=$(/usr/bin/wc -l <"$COUNTER")
exec 9>&-
if [ "$count" -eq "$CUT" ]; then
  [ "$WHOM" = shell ] || kill -KILL 0
  shell=\${EGGROLL_UPGRADE_WORK:-$PPID.}
  kill -KILL "\${shell%%.*}"
fi
exec "/usr/bin/\${0##*/}" "$@"`;

beforeAll(async () => {
  box = await startScriptBox();
  await box.bash('chown app:apps /data', 'root');
  await box.bash(`mkdir /data/commands; cd /data/commands
    cat >wrapper <<'END'
${wrapper}
END
    chmod +x wrapper
    for name in cat cut cp find grep head ls mkdir mv rm rmdir sed sleep sort stat sync tar touch tr xargs; do ln -s wrapper $name; done`);
});
afterAll(() => box.stop());

/** Shell function NAME that runs a script of ours in a session of its own, as sshd does. */
function asFunction(name: string, { script, args = [], input = '' }: Call): string {
  const { command, text } = invocation(script, ['HOME', '7', 'run-1', ...args]);
  // The home is known to the shell only.
  const program = text.toString('utf8').replace(' HOME ', ' "$home" ');
  const all = Buffer.concat([Buffer.from(program), Buffer.from(input)]).toString('base64');
  const words = command
    .replace(String(text.length), String(Buffer.byteLength(program)))
    .replace(/^sh/, 'setsid -w dash');
  return `base64 -d >/tmp/${name}.text <<'END'\n${all}\nEND\n${name}() { home="$home" ${words} </tmp/${name}.text; }`;
}

test.each(cases)('$title', async (one) => {
  const program = `
    ${asFunction('first', one)}
    ${asFunction('again', one.next ?? one)}
    run=.eggroll-upgrade/runs/run-1
    build() {
      rm -rf "$home"; mkdir -p "$home/.eggroll-upgrade/locks/7/working" "$home/$run"; cd "$home"
      for number in 1 2 3; do : >".eggroll-upgrade/locks/7/working/free-$number"; done
      for name in bin lib; do
        mkdir "$name"; echo "old $name" >"$name/file"; mkdir -p "$run/staged/$name"; echo "new $name" >"$run/staged/$name/file"
      done
      cd "$run"; ${one.before ?? ':'}; cd "$home"
    }
    # An empty backup or staged folder means nothing.
    state() {
      cd "$home"
      find . -path './.eggroll-upgrade/locks' -prune -o '(' -name backup -o -name staged ')' -empty -o -printf '%p %y %m %l\\n' | sort
      find . -path './.eggroll-upgrade/locks' -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
    }
    home=/data/home; COUNTER=/tmp/counter; export COUNTER
    build; first >/dev/null; ${one.next ? 'again >/dev/null;' : ''} expected=$(state)
    for WHOM in ${one.input === undefined ? 'all' : 'all shell'}; do
      export WHOM
      for cut in $(seq 60); do
        build; : >$COUNTER
        PATH=/data/commands:$PATH CUT=$cut first >/dev/null 2>&1 && ended=0 || ended=$?
        [ "$(wc -l <$COUNTER)" -ge "$cut" ] || break
        [ "$ended" -ne 0 ] || echo "cut $cut ($WHOM) did not end the script"
        again >/tmp/said 2>&1 || echo "cut $cut ($WHOM): the second run ended with $?: $(tr -d '\\001' </tmp/said)"
        [ "$(state)" = "$expected" ] || { echo "cut $cut ($WHOM): the end differs"; diff <(state) <(echo "$expected") || true; }
        ls .eggroll-upgrade/locks/7/working | grep -v ^free- && echo "cut $cut ($WHOM): work is left" || true
      done
      [ "$cut" -gt ${one.atLeast} ] || echo "only $((cut - 1)) commands"
    done`;
  expect(await box.bash(program)).toBe('');
});
