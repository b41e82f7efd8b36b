// The begin of every step, from the very lists that are run: a new step is covered the day it is written.

import { lock } from '../../src/steps/lock.ts';
import { openRecovery } from '../../src/steps/open-recovery.ts';
import { preflight } from '../../src/steps/preflight.ts';
import { upgradeSteps, work } from '../../src/steps/upgrade.ts';
import type { Point } from './points.ts';
import { type Scenario, scenarios } from './scenarios.ts';

export interface StepPoint extends Point {
  readonly scenario: Scenario;
  readonly step: string;
}

/** Every step of `upgrade`, then every step of a `recover` after a finished upgrade. */
export function stepPoints(): StepPoint[] {
  const upgrade = scenarioNamed('upgrade');
  const recover = scenarioNamed('recover after an upgrade');
  return [
    ...upgradeSteps.map(({ id, title }) => stepPoint(upgrade, id, title)),
    ...[preflight, lock, openRecovery].map(({ id, title }) => stepPoint(recover, id, title)),
    ...work
      .toReversed()
      .flatMap((step) => ('undo' in step && step.undo ? [stepPoint(recover, step.id, step.undo.title)] : [])),
  ];
}

export function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (!found) throw new Error(`There is no scenario "${name}".`);
  return found;
}

function stepPoint(scenario: Scenario, step: string, title: string): StepPoint {
  return { scenario, step, key: `step-started | ${step} | ${title}`, nth: 1 };
}
