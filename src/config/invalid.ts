// What is wrong with a variable, or with what it names.

import type { Finding } from '../engine/errors.ts';
import type { Saying } from '../messages/phrases.ts';

/** Without a remedy, that of the catalogue is shown. */
export function invalid(where: string, found: string, remedy?: Saying): Finding {
  return { code: 'CONFIG_INVALID', where, found, ...(remedy === undefined ? {} : { remedy }) };
}
