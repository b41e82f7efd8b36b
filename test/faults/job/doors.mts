// The two methods of the libraries through which everything that a job asks or changes goes: commands on nodes, statements. As the
// libraries of the image have them, so that a file that is loaded into the job can come between.

import { createRequire } from 'node:module';

export type Method = (this: unknown, ...args: unknown[]) => unknown;

const require = createRequire('/app/package.json');
const { Client } = require('ssh2') as { readonly Client: { readonly prototype: Record<string, Method> } };
const modules = '/app/node_modules';
const Session = require(`${modules}/mysql2/lib/base/connection.js`) as { readonly prototype: Record<string, Method> };

/** Replaces the method that runs a command on a node: `this` is ssh2's client. */
export const wrapCommands = (wrap: (original: Method) => Method) => wrapMethod(Client.prototype, 'exec', wrap);
/** Replaces the method that runs a statement: `this` is mysql2's connection. */
export const wrapStatements = (wrap: (original: Method) => Method) => wrapMethod(Session.prototype, 'query', wrap);

function wrapMethod(prototype: Record<string, Method>, name: string, wrap: (original: Method) => Method): void {
  const original = prototype[name];
  if (!original) throw new Error(`There is no method ${name} any more: doors.mts must be adapted.`);
  prototype[name] = wrap(original);
}
