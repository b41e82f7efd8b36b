// Reads what the kernel counts about a container, from outside, so that nothing of the measuring runs in it. Linux, with the
// containers on this machine; control groups of both versions.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Counters {
  readonly cpuMs: number;
  readonly sentBytes: number;
}

/** `pid` is the container's first process. */
export function readCounters(pid: number): Counters {
  return { cpuMs: readCpuMs(pid), sentBytes: readSentBytes(pid) };
}

function readCpuMs(pid: number): number {
  const old = groupFolder(pid, 'cpuacct');
  if (old) return Number(read(`${old}/cpuacct.usage`)) / 1e6;
  return Number(/^usage_usec (\d+)$/m.exec(read(`${groupFolder(pid, '')}/cpu.stat`))?.[1]) / 1e3;
}

function readSentBytes(pid: number): number {
  const [, fields = ''] = /^\s*eth0:\s*(.*)$/m.exec(read(`/proc/${pid}/net/dev`)) ?? [];
  const sent = fields.split(/\s+/)[8];
  if (sent === undefined) throw new Error('The container has no interface eth0.');
  return Number(sent);
}

export interface MemoryPeak {
  readonly anonymousBytes: number;
  readonly rssBytes: number;
}

const sampleMs = 100;
const pageBytes = 4096;

/** Looks ten times a second until the signal comes. */
export async function sampleMemory(pid: number, signal: AbortSignal): Promise<MemoryPeak> {
  let peak: MemoryPeak = { anonymousBytes: 0, rssBytes: 0 };
  while (!signal.aborted) {
    peak = {
      anonymousBytes: Math.max(peak.anonymousBytes, readAnonymousBytes(pid)),
      rssBytes: Math.max(peak.rssBytes, readRssBytes(pid)),
    };
    await sleep(sampleMs, undefined, { signal }).catch(() => undefined);
  }
  return peak;
}

function readAnonymousBytes(pid: number): number {
  const old = groupFolder(pid, 'memory');
  const text = read(`${old ?? groupFolder(pid, '')}/memory.stat`);
  return Number((old ? /^total_rss (\d+)$/m : /^anon (\d+)$/m).exec(text)?.[1]);
}

function readRssBytes(pid: number): number {
  const folder = groupFolder(pid, 'memory') ?? groupFolder(pid, '');
  const processes = read(`${folder}/cgroup.procs`).split('\n').filter(Boolean);
  return processes.reduce((sum, process) => sum + rssOf(process), 0);
}

// A process may be gone by now.
function rssOf(process: string): number {
  try {
    return Number(read(`/proc/${process}/statm`).split(' ')[1]) * pageBytes;
  } catch {
    return 0;
  }
}

/** Folder of the container's control group for a controller of version 1, or (empty name) of version 2. */
function groupFolder(pid: number, controller: string): string | undefined {
  for (const text of read(`/proc/${pid}/cgroup`).split('\n')) {
    const [, names = '', path = ''] = text.split(':');
    if (controller === '' && names === '' && path !== '') return `/sys/fs/cgroup${path}`;
    if (controller !== '' && names.split(',').includes(controller)) return `/sys/fs/cgroup/${controller}${path}`;
  }
  return undefined;
}

function read(file: string): string {
  return readFileSync(file, 'utf8');
}
