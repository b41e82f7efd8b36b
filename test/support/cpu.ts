// How long something takes of the processor, whatever else the machine does: tells a slow algorithm from a busy machine.

export function cpuMsOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
