// Set-up of the projects that draw inputs by fast-check: they come from the seed of the run.

import fc from 'fast-check';
import { runSeed } from './seed.ts';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: runSeed() });
