// Loaded into the job by `node --import`: a wall clock that is wrong. Durations (performance.now, timers) stay right, as they do on a
// machine whose clock is set.
//
// FAULT_CLOCK is JSON: {"offsetMs": how far off it is, "stepMs": by how much it jumps at every step of the run, back and forth}.

import { onEveryLine } from './at-line.mts';

const { offsetMs, stepMs } = JSON.parse(process.env['FAULT_CLOCK'] ?? '{}') as Record<'offsetMs' | 'stepMs', number>;
const RightDate = globalThis.Date;
let jump = 0;
const now = () => RightDate.now() + offsetMs + jump;

globalThis.Date = new Proxy(RightDate, {
  construct: (target, args) => (args.length === 0 ? new target(now()) : Reflect.construct(target, args)),
  apply: (target) => new target(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

onEveryLine(({ type }) => {
  if (type === 'step-started') jump = jump === 0 ? stepMs : jump > 0 ? -stepMs : 0;
});
