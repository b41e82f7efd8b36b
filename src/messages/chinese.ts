// Everything that is translated into Chinese (Simplified), by its English text.

import { display } from './zh/display.ts';
import { pages } from './zh/pages.ts';
import { rehearsals } from './zh/rehearsals.ts';
import { fetchRemedies, nodeRemedies, packageRemedies, rehearsalRemedies, remedies } from './zh/remedies.ts';
import { results } from './zh/results.ts';
import { steps } from './zh/steps.ts';
import { warnings } from './zh/warnings.ts';

export const chinese = {
  ...display,
  ...pages,
  ...remedies,
  ...nodeRemedies,
  ...packageRemedies,
  ...rehearsalRemedies,
  ...fetchRemedies,
  ...rehearsals,
  ...results,
  ...steps,
  ...warnings,
} as const;
