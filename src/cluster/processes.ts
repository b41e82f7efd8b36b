// What runs on a node, and which TCP ports listen there.

import type { Question } from './remote-scripts.ts';

export interface RemoteProcess {
  readonly pid: number;
  readonly workingFolder: string;
  readonly commandLine: string;
  /** It has files open that were moved away or removed since it started: it runs another version than the one in its folders. */
  readonly stale: boolean;
  /** Pid, start time and boot: no other process shares it. */
  readonly identity: string;
  /** Pid of the supervisord that it is a descendant of, 0 when there is none; undefined where that cannot be told. */
  readonly supervisor: number | undefined;
}

export interface Activity {
  /** EGGROLL_HOME with all links followed: the system names working folders by it. Empty where the node did not tell. */
  readonly realHome: string;
  readonly processes: readonly RemoteProcess[];
  /** Empty when nobody asked for them. */
  readonly listeningPorts: ReadonlySet<number>;
}

/** The question for processes that may be EggRoll's (of any home on the node), and for all listening ports. */
export function activityQuestion(home: string, ports: 'ports' | 'no ports'): Question {
  return ['processes', ports === 'ports' ? [home, ports] : [home]];
}

export function parseActivity(text: string): Activity {
  const [processes = '', ports = ''] = text.startsWith('\n') ? ['', text] : text.split('\n\n');
  return {
    realHome: /^home\t(.*)$/m.exec(processes)?.[1] ?? '',
    processes: lines(processes).flatMap((line) => {
      const [pid = '', workingFolder = '', words = '', age = '', identity = '', above = ''] = line.split('\t');
      if (!(Number(pid) > 0)) return [];
      const supervisor = /^\d+$/.test(above) ? Number(above) : undefined;
      const commandLine = words.trim();
      return [{ pid: Number(pid), workingFolder, commandLine, stale: age === 'stale', identity, supervisor }];
    }),
    listeningPorts: new Set(lines(ports).map((hex) => Number.parseInt(hex, 16))),
  };
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
