// What a service's script has said, for messages: whatever it says or ends with decides nothing, what counts is what runs afterwards.

import { UpgradeError } from '../engine/errors.ts';

/** The words of a script in quotes; where it failed or had to be ended, that. Other errors go on. */
export async function saidBy(call: () => Promise<string>): Promise<string> {
  try {
    return `"${(await call()).trim() || 'nothing'}".`;
  } catch (error) {
    if (error instanceof UpgradeError && error.code === 'NODE_FAILED') return error.message;
    throw error;
  }
}
