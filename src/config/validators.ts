// What a value of each kind must look like, as envalid validators. Their messages say what was expected and never repeat a secret.

import { isIP } from 'node:net';
import { posix } from 'node:path';
import { bool, EnvError, makeValidator, port } from 'envalid';
import { parseSha256 } from './sha256.ts';
import { shown } from './shown.ts';
import type { Variable, VariableKind } from './variables.ts';

type Validator = ReturnType<ReturnType<typeof makeValidator<unknown>>>;

/** Makes an envalid specification without a default: defaults are put into the input, so that they are validated too. */
export function specificationOf(variable: Variable): Validator {
  const parse = variable.choices ? choice(variable.choices) : parsers[variable.kind];
  return makeValidator<unknown>(parse)({ default: undefined } as never);
}

/** What would be right in the place of a wrong value, without the value; undefined for a right one. */
export function expectedOf(variable: Variable, value: string): string | undefined {
  try {
    envalidParse(() => specificationOf(variable), value);
    return undefined;
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    return 'expected' in error ? String(error.expected) : 'another value';
  }
}

const systemSchemas = new Set(['mysql', 'information_schema', 'performance_schema', 'sys']);

const parsers: Record<VariableKind, (input: string) => unknown> = {
  text: printable,
  localPath: printable,
  nodePath: (input) => nodePath(printable(input)),
  hostName: (input) => {
    const host = printable(input).replace(/^\[(.*)\]$/, '$1');
    if (isHostName(host)) return host;
    throw expected('a host name or IP address, without port or scheme', input);
  },
  databaseName: (input) => {
    if (!/^[\p{L}\p{N}_$][\p{L}\p{N}_$-]{0,63}$/u.test(input)) {
      throw expected('a database name of at most 64 letters, digits, _, $ or -', input);
    }
    if (systemSchemas.has(input.toLowerCase())) throw new EnvError(`${input} is a schema of the server itself.`);
    return input;
  },
  port: (input) => {
    if (/^(?:tcp|udp|sctp):\/\//.test(input)) throw new EnvError(serviceLinkAsPort(input));
    try {
      return envalidParse(port, input);
    } catch (error) {
      throw expected('a port between 1 and 65535', input, error);
    }
  },
  count: (input) => {
    if (/^[0-9]{1,4}$/.test(input) && Number(input) > 0) return Number(input);
    throw expected('a whole number between 1 and 9999', input);
  },
  flag: (input) => {
    try {
      return envalidParse(bool, input.toLowerCase());
    } catch (error) {
      throw expected('true or false', input, error);
    }
  },
  sha256: (input) => {
    const digest = parseSha256(input);
    if (digest !== undefined) return digest;
    throw expected('64 hexadecimal digits, as sha256sum prints them', input);
  },
  jobName: (input) => {
    if (/^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(input)) return input;
    throw expected('a name of letters, digits, - and .', input);
  },
  choice: printable,
};

/** Whether a text is an IP address or a host name (also with `_`, which container networks use). */
export function isHostName(text: string): boolean {
  if (isIP(text) !== 0) return true;
  // Four numbers that are no address are a typing error, not a name.
  if (text.length > 253 || /^[0-9.]+$/.test(text)) return false;
  return text
    .replace(/\.$/, '')
    .split('.')
    .every((label) => /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label));
}

function choice(choices: readonly string[]): (input: string) => string {
  return (input) => {
    const value = input.toLowerCase();
    if (choices.includes(value)) return value;
    throw expected(`one of ${choices.join(', ')}`, input);
  };
}

function nodePath(path: string): string {
  const normal = posix.normalize(path).replace(/\/+$/, '');
  if (!path.startsWith('/') || path.split('/').includes('..')) throw expected('an absolute path without ..', path);
  if (normal === '') throw expected('a folder below /', path);
  return normal;
}

function printable(input: string): string {
  if (!/\p{Cc}/u.test(input)) return input;
  const facts = { expected: 'a value without line breaks or other control characters' };
  throw Object.assign(new EnvError('The value holds a line break or another control character.'), facts);
}

function envalidParse(validator: () => unknown, input: string): unknown {
  return (validator() as { _parse: (input: string) => unknown })._parse(input);
}

function expected(what: string, input: string, cause?: unknown): EnvError {
  const facts = { expected: what, ...(cause ? { cause } : {}) };
  return Object.assign(new EnvError(`Expected ${what}, found ${shown(input)}.`), facts);
}

function serviceLinkAsPort(input: string): string {
  return `${shown(input)} is a service link, which Kubernetes sets for a Service of that name. Set the variable to the port number yourself, or enableServiceLinks: false on the pod.`;
}
