// Who passes on to whom. Pure.

/** With fewer nodes, a pipeline is not worth its logins. */
const fewestNodes = 3;

/** From so many nodes on there are two pipelines, so that a node that fails in its place holds up one half only. */
const nodesForTwo = 8;

/**
 * The pipelines that nodes form which lack the same; none when there are too few of them. A node that can pass nothing on is the last of
 * a pipeline; those that are too many for that are in none.
 */
export function pipelinesOf<Node>(nodes: readonly Node[], canPassOn: (node: Node) => boolean): Node[][] {
  const able = nodes.filter(canPassOn);
  const count = nodes.length < nodesForTwo ? 1 : 2;
  if (nodes.length < fewestNodes || able.length < count) return [];
  const last = nodes.filter((node) => !able.includes(node));
  return Array.from({ length: count }, (_, pipeline) => [
    ...able.filter((__, index) => index % count === pipeline),
    ...last.slice(pipeline, pipeline + 1),
  ]);
}
