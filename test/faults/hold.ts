// Stops a script on a node right before a program that it calls, so that a kill comes exactly there, and the script is still at work
// when the next run begins. Programs are wrapped by files of the same name that come first in the PATH of a login.

import type { TestCluster } from '../support/cluster.ts';

/** The nth call of a program by a script, in one run on one node. */
export interface HeldCall {
  readonly script: string;
  readonly program: string;
  readonly nth: number;
  /**
   * Whether the script was known as work under its lock by then. Before, it has done nothing, and a new owner of the lock need not
   * know of it; it will not pass the fence.
   */
  readonly isKnown: boolean;
}

/** The node whose scripts are held: it has a service, but none that the others need. */
const heldHost = 'nm2';

const programs = ['cat', 'head', 'mkdir', 'mv', 'rm', 'rmdir', 'stat', 'sync', 'tar', 'timeout', 'xargs'];

const wrapper = (home: string) => `#!/bin/sh
state=/run/hold
me=\${0##*/}
script=$(/usr/bin/tr '\\0' '\\n' </proc/$PPID/cmdline 2>/dev/null | /usr/bin/grep -m 1 '^eggroll-upgrade-')
if [ -n "$script" ]; then
  call="\${script#eggroll-upgrade-} $me"
  if [ -e $state/calls ]; then
    known=
    for work in ${home}/.eggroll-upgrade/locks/*/working/*."$EGGROLL_UPGRADE_WORK"; do
      [ ! -e "$work" ] || known=known
    done
    echo "$call $known" >>$state/calls
  elif [ "$call" = "$(/usr/bin/cat $state/wanted 2>/dev/null)" ]; then
    nth=1
    until /usr/bin/mkdir $state/$nth 2>/dev/null; do nth=$((nth + 1)); done
    if [ $nth = "$(/usr/bin/cat $state/nth)" ]; then
      : >$state/reached
      while [ -e $state/wanted ]; do /usr/bin/sleep 0.02; done
    fi
  fi
fi
exec /usr/bin/$me "$@"
`;

/** From now on every call of a program by a script is noted. */
export async function noteCalls(cluster: TestCluster): Promise<void> {
  await install(cluster, ': >/run/hold/calls && chmod 666 /run/hold/calls');
}

/** The calls that were noted, in their order; ends noting. */
export async function notedCalls(cluster: TestCluster): Promise<HeldCall[]> {
  const text = await must(cluster, 'cat /run/hold/calls');
  await release(cluster);
  const seen = new Map<string, number>();
  return text.split('\n').flatMap((call) => {
    const [script, program, known] = call.split(' ');
    if (!script || !program) return [];
    const name = `${script} ${program}`;
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return [{ script, program, nth, isKnown: known === 'known' }];
  });
}

/** The script that makes this call waits there until `release`. */
export async function hold(cluster: TestCluster, { script, program, nth }: HeldCall): Promise<void> {
  await install(cluster, `echo ${nth} >/run/hold/nth && echo '${script} ${program}' >/run/hold/wanted`);
}

/** Resolves with true when the call has come, with false when `ended` settles before. */
export async function isHeld(cluster: TestCluster, ended: Promise<unknown>): Promise<boolean> {
  const isReached = '[ -e /run/hold/reached ]';
  // One command that waits: each one that is run in a container costs as much as a short script.
  const reached = cluster.exec(heldHost, `until ${isReached}; do [ -e /run/hold ] || exit; sleep 0.05; done`);
  await Promise.race([reached, ended]);
  return (await cluster.exec(heldHost, isReached)).exitCode === 0;
}

/** Lets go what is held, and takes the wrappers away. */
export async function release(cluster: TestCluster): Promise<void> {
  await must(cluster, `rm -rf /run/hold && cd /usr/local/bin && rm -f ${programs.join(' ')}`);
}

async function install(cluster: TestCluster, then: string): Promise<void> {
  await release(cluster);
  const text = Buffer.from(wrapper(cluster.home)).toString('base64');
  await must(
    cluster,
    `mkdir -m 1777 /run/hold && cd /usr/local/bin && for name in ${programs.join(' ')}; do
       echo ${text} | base64 -d >.new && chmod 755 .new && /usr/bin/mv .new $name || exit 1
     done && ${then}`,
  );
}

async function must(cluster: TestCluster, command: string): Promise<string> {
  const { exitCode, stdout, stderr } = await cluster.exec(heldHost, command);
  if (exitCode !== 0) throw new Error(`${heldHost}: ${command}: ${stderr}`);
  return stdout;
}
