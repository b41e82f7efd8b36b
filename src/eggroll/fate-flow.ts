// fate_flow, FATE's scheduler beside EggRoll: what its configuration tells. Facts: EGGROLL.md section 4.

/** The ports in the text of conf/service_conf.yaml: `http_port` and `grpc_port` of the block `fateflow`; none where it has none. */
export function fateFlowPorts(yaml: string): number[] {
  const lines = yaml.split(/\r\n|\n|\r/).map((line) => line.replace(/\s#.*$|^#.*$/, ''));
  const begin = lines.findIndex((line) => /^fateflow\s*:\s*$/.test(line));
  if (begin < 0) return [];
  const rest = lines.slice(begin + 1);
  const end = rest.findIndex((line) => /^\S/.test(line));
  const block = end < 0 ? rest : rest.slice(0, end);
  return block.flatMap((line) => {
    const [, digits] = /^\s+(?:http|grpc)_port\s*:\s*["']?(\d{1,5})["']?\s*$/.exec(line) ?? [];
    const port = Number(digits ?? 0);
    return port > 0 && port <= 65535 ? [port] : [];
  });
}
