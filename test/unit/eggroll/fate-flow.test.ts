import { expect, it } from 'vitest';
import { fateFlowPorts } from '../../../src/eggroll/fate-flow.ts';

const whole = `# FATE
work_mode: 1
fateflow:
  # http_port: 1
  host: 10.0.0.1
  http_port: 9380 # by which jobs come
  grpc_port: "9360"
  nginx:
    host:
fateboard:
  host: 10.0.0.1
  http_port: 8080
`;

it.each<[string, string, readonly number[]]>([
  ['a whole file', whole, [9380, 9360]],
  ['line ends of Windows', whole.replaceAll('\n', '\r\n'), [9380, 9360]],
  ['the block at the end', 'fateflow:\n  http_port: 9381', [9381]],
  ['other blocks only', 'fateboard:\n  http_port: 8080\n', []],
  ['values that are no ports', 'fateflow:\n  http_port: 99999\n  grpc_port: none\n', []],
  ['nothing', '', []],
])('reads the ports of fate_flow from %s', (_name, text, ports) => {
  expect(fateFlowPorts(text)).toEqual(ports);
});
