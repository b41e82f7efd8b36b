// Findings of the preflight for what a machine lacks.

import type { Finding } from '../engine/errors.ts';
import { phrase } from '../messages/phrases.ts';

export function missingTool(where: string, tool: string): Finding {
  return {
    code: 'NODE_UNFIT',
    where,
    found: `The command ${tool} is not installed.`,
    remedy: phrase('Install {tool}.', { tool }),
  };
}

/** `variable` is the one that names the file. */
export function missingFile(where: string, path: string, variable: string): Finding {
  return {
    code: 'NODE_UNFIT',
    where,
    found: `There is no file ${path}.`,
    remedy: phrase('Correct {variable}.', { variable }),
  };
}
