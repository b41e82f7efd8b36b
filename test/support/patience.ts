// What a test may call too long. Tests run many at once, on machines that do other things as well; so a limit tells what keeps a promise
// from what waits for something much longer, and does not measure the promise itself.

/** How much longer than on an idle machine anything may take. */
const busyFactor = 4;

/** The limit for what takes so long at most on an idle machine. */
export const whenBusy = (idleMs: number): number => busyFactor * idleMs;

/** A shell command that succeeds as soon as something listens on the port. */
export const untilListens = (port: number): string =>
  `timeout 120 sh -c 'until ss -Htln sport = :${port} | grep -q .; do sleep 0.05; done'`;

/** A shell command that succeeds as soon as nothing listens there. */
export const untilSilent = (port: number): string =>
  `timeout 120 sh -c 'while ss -Htln sport = :${port} | grep -q .; do sleep 0.05; done'`;
