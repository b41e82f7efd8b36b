// How the things of a rehearsal are known on the engine: by labels, so that they are found again whatever became of their maker.

/** Its value is the rehearsal's run. */
export const runLabel = 'eggroll-upgrade.rehearsal';
/** There on what is meant to stay. */
const keptLabel = 'eggroll-upgrade.rehearsal.kept';
/** Its value is what a container is in the rehearsal. */
export const partLabel = 'eggroll-upgrade.rehearsal.part';

export function labelsFor(run: string, keep: boolean, part?: string): Record<string, string> {
  return { [runLabel]: run, ...(keep ? { [keptLabel]: 'true' } : {}), ...(part ? { [partLabel]: part } : {}) };
}

export function isKept(labels: Readonly<Record<string, string>> | null | undefined): boolean {
  return labels?.[keptLabel] === 'true';
}

/** Filter of the engine's lists: what belongs to one run, or to any. */
export function filterFor(run?: string): { filters: { label: string[] } } {
  return { filters: { label: [run === undefined ? runLabel : `${runLabel}=${run}`] } };
}
