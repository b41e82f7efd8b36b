// FATE_FLOW_SERVICE and FATE_FLOW_HOST: where fate_flow is, which stops before EggRoll and starts after it.

import type { Finding } from '../engine/errors.ts';
import { isUserName, parseAddress } from './hosts.ts';
import { invalid } from './invalid.ts';
import { shown } from './shown.ts';
import type { FateFlowConfig, Host } from './types.ts';
import type { Values } from './variables.ts';

/**
 * The place of fate_flow, absent when neither variable is set, and what is wrong with them (all CONFIG_INVALID). A host of the lists
 * has the user and the port that it has there, unless others are named.
 */
export function readFateFlow(
  values: Values,
  hosts: readonly Host[],
): { readonly fateFlow?: FateFlowConfig; readonly findings: readonly Finding[] } {
  const { FATE_FLOW_SERVICE: script, FATE_FLOW_HOST: text, SERVICE_CONTROL: control } = values;
  if (script === undefined && text === undefined) return { findings: [] };
  const address = text === undefined ? undefined : addressOf(text, values, hosts);
  const findings = [
    ...(script === undefined ? [invalid('FATE_FLOW_SERVICE', 'It is not set, and FATE_FLOW_HOST is.')] : []),
    ...(text === undefined ? [invalid('FATE_FLOW_HOST', 'It is not set, and FATE_FLOW_SERVICE is.')] : []),
    ...(address && 'problem' in address
      ? [invalid('FATE_FLOW_HOST', `${shown(text ?? '')}: ${address.problem}`, lineForms)]
      : []),
    ...(control === 'none' ? [invalid('SERVICE_CONTROL', 'It is none, and fate_flow is named.', noneRemedy)] : []),
  ];
  if (script === undefined || !address || 'problem' in address) return { findings };
  return { fateFlow: { host: address, script }, findings };
}

const lineForms = 'Expected one host as in the lists: host, user@host, host:port, user@host:port.';
const noneRemedy =
  'Unset FATE_FLOW_SERVICE and FATE_FLOW_HOST and stop fate_flow yourself, as the other services; or set SERVICE_CONTROL.';

function addressOf(text: string, { SSH_USER, SSH_PORT }: Values, hosts: readonly Host[]) {
  const user = SSH_USER !== undefined && isUserName(SSH_USER) ? SSH_USER : 'app';
  const address = parseAddress(text, { user, port: SSH_PORT ?? 22 });
  if ('problem' in address) return address;
  const listed = hosts.find(({ name }) => name.toLowerCase() === address.name.toLowerCase());
  return listed ? parseAddress(text, listed) : address;
}
