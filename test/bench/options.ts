// The command line of `npm run bench`.

import { statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { parseArgs } from 'node:util';

export const networkNames = ['none', '1gbit', '200mbit'] as const;
export type NetworkName = (typeof networkNames)[number];

export const caseNames = ['full', 'small', 'nothing'] as const;
export type CaseName = (typeof caseNames)[number];

export const toolNames = ['ours', 'rsync', 'rsync-safe', 'tar', 'ansible', 'clush'] as const;
export type ToolName = (typeof toolNames)[number];

export interface BenchOptions {
  readonly nodes: readonly number[];
  readonly cases: readonly CaseName[];
  readonly networks: readonly NetworkName[];
  readonly tools: readonly ToolName[];
  readonly runs: number;
  /** Nodes of the scale runs, which are measured in the place of everything else. */
  readonly scale: readonly number[];
  readonly packageMb: number;
  /** See `Hosts`. */
  readonly ownProcessor: boolean;
  /** Folder of this machine below which the nodes' homes lie; volumes of Docker's own when undefined. */
  readonly disk: string | undefined;
  /** Further variables of the job, such as FANOUT=direct. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes what was measured into docs/performance.md. */
  readonly publish: boolean;
  /** Measures nothing: docs/performance.md is written anew from what was published. */
  readonly render: boolean;
}

const list = { type: 'string' } as const;

/** Throws an Error that names the option, for the user. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      nodes: list,
      case: list,
      network: list,
      tool: list,
      runs: { ...list, default: '3' },
      scale: { ...list, default: '' },
      'package-mb': { ...list, default: '150' },
      disk: list,
      env: { ...list, multiple: true, default: [] },
      'own-processor': { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      publish: { type: 'boolean', default: false },
      render: { type: 'boolean', default: false },
    },
  });
  return {
    nodes: numbers('--nodes', values.nodes ?? (values.all ? '1,4,16,32' : '4,16')),
    cases: some('--case', values.case ?? caseNames.join(','), caseNames),
    networks: some('--network', values.network ?? (values.all ? networkNames.join(',') : 'none,1gbit'), networkNames),
    tools: some('--tool', values.tool ?? toolNames.join(','), toolNames),
    runs: number('--runs', values.runs),
    scale: values.scale === '' ? [] : numbers('--scale', values.scale),
    packageMb: number('--package-mb', values['package-mb']),
    ownProcessor: values['own-processor'],
    disk: values.disk === undefined ? undefined : folder('--disk', values.disk),
    env: Object.fromEntries(values.env.map(variable)),
    publish: values.publish,
    render: values.render,
  };
}

function number(option: string, text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new Error(`${option}: ${text} is not a number from 1 to 99999.`);
}

function folder(option: string, place: string): string {
  if (isAbsolute(place) && statSync(place, { throwIfNoEntry: false })?.isDirectory()) return place;
  throw new Error(`${option}: ${place} is not the absolute path of a folder.`);
}

function numbers(option: string, text: string): number[] {
  return text.split(',').map((part) => number(option, part));
}

function some<T extends string>(option: string, text: string, known: readonly T[]): T[] {
  return text.split(',').map((part) => {
    const found = known.find((name) => name === part);
    if (found === undefined) throw new Error(`${option}: ${part} is none of ${known.join(', ')}.`);
    return found;
  });
}

function variable(text: string): [string, string] {
  const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new Error(`--env: ${text} is not NAME=VALUE.`);
  return [name, value];
}
