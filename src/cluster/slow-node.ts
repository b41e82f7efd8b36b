// Which node of a pipeline holds up the others. Pure.

/** What a node had taken, and when: seconds by any clock that is the same for all nodes. */
export interface Sample {
  readonly seconds: number;
  readonly bytes: number;
}

/** Samples, a second apart, over which a node has to be the one that holds up the others. */
const window = 10;

/** So many of them can be newer than what is known of the node before it. */
const unpaired = 2;

/**
 * A hop is full when it holds so much, and what comes out of it went in so long ago: the buffers of pipes and connections on the way.
 * Where the node behind takes all that comes, there is neither, however fast or slow that is.
 */
const fullHop = { bytes: 262_144, seconds: 0.5 };

/** It is worth leaving a node out when the stream would take so much longer with it. */
const patienceSeconds = 30;

/**
 * The place of the node in a pipeline that takes less than it could get, while those after it take all that comes, and with which the
 * rest of the stream would take long; undefined when there is none. A slow way from the runner to the first node is no reason: leaving
 * that one out would make nothing better.
 */
export function slowNode(received: readonly (readonly Sample[])[], totalBytes: number): number | undefined {
  if (received.some(({ length }) => length < window)) return undefined;
  const place = received.findLastIndex((taken, at) => at > 0 && isHeldUpBefore(taken, received[at - 1] ?? []));
  const taken = received[place];
  const last = taken?.at(-1);
  if (!taken || !last) return undefined;
  return totalBytes - last.bytes > bytesPerSecond(taken.slice(-window)) * patienceSeconds ? place : undefined;
}

/** Whether the hop from one node to the next was full all the time. */
function isHeldUpBefore(taken: readonly Sample[], before: readonly Sample[]): boolean {
  const samples = taken.slice(-window);
  const enough = Math.max(fullHop.bytes, bytesPerSecond(samples) * fullHop.seconds);
  // Nodes count at different times: compared is what both had taken at the same one.
  const piles = samples.flatMap(({ seconds, bytes }) => {
    const came = bytesAt(before, seconds);
    return came === undefined ? [] : [came - bytes];
  });
  return piles.length >= window - unpaired && piles.every((pile) => pile >= enough);
}

function bytesAt(samples: readonly Sample[], seconds: number): number | undefined {
  const after = samples.findIndex((sample) => sample.seconds >= seconds);
  const [earlier, later] = [samples[after - 1], samples[after]];
  if (!later) return undefined;
  if (!earlier) return later.seconds === seconds ? later.bytes : undefined;
  const share = (seconds - earlier.seconds) / (later.seconds - earlier.seconds);
  return earlier.bytes + (later.bytes - earlier.bytes) * share;
}

function bytesPerSecond(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return 0;
  // Samples that come in one piece have no time between them.
  return (last.bytes - first.bytes) / Math.max(last.seconds - first.seconds, 0.001);
}
