// Which node of a pipeline holds up the others. Pure.

const mebibyte = 1_048_576;

/** Samples, a second apart, over which a node has to be the one that holds up the others. */
const window = 10;

/** What a hop holds when the node behind it takes less than comes: the buffers of pipes and connections on the way. */
const fullHopBytes = mebibyte;

/** It is worth leaving a node out when the stream would take so much longer with it. */
const patienceSeconds = 30;

/**
 * The place of the node in a pipeline that takes less than it could get, while those after it take all that comes, and with which the
 * rest of the stream would take long; undefined when there is none. A slow way from the runner to the first node is no reason: leaving
 * that one out would make nothing better. `received` holds what each node had taken, second by second.
 */
export function slowNode(received: readonly (readonly number[])[], totalBytes: number): number | undefined {
  const samples = received.map((taken) => taken.slice(-window));
  if (samples.some(({ length }) => length < window)) return undefined;
  const place = lastFullHop(samples);
  const taken = samples[place ?? 0];
  if (place === undefined || !taken) return undefined;
  const [first = 0, last = 0] = [taken[0], taken.at(-1)];
  const bytesPerSecond = (last - first) / (window - 1);
  return totalBytes - last > bytesPerSecond * patienceSeconds ? place : undefined;
}

/** The last node before which bytes have piled up in all samples. */
function lastFullHop(samples: readonly (readonly number[])[]): number | undefined {
  const full = samples.flatMap((taken, place) => {
    const before = samples[place - 1];
    return before?.every((bytes, index) => bytes - (taken[index] ?? 0) >= fullHopBytes) ? [place] : [];
  });
  return full.at(-1);
}
