// The whole upgrade on one screen. Run again, each step looks at the world and does what is left.

import { backUpDatabase } from './back-up-database.ts';
import { finish } from './finish.ts';
import { lock } from './lock.ts';
import { migrate } from './migrate.ts';
import { openRun } from './open-run.ts';
import { preflight } from './preflight.ts';
import { purge } from './purge.ts';
import { putBack } from './put-back.ts';
import { rehearseSql } from './rehearse-sql.ts';
import { stage } from './stage.ts';
import { startServices } from './start-services.ts';
import { stopServices } from './stop-services.ts';
import { switchFolders } from './switch.ts';
import { verify } from './verify.ts';

/** What a run does to the cluster, in order; a recovery undoes it from the end. */
export const work = [
  stage,
  rehearseSql,
  stopServices, // downtime begins
  backUpDatabase,
  switchFolders,
  migrate,
  purge,
  startServices, // downtime ends
  verify,
  finish,
] as const;

export const upgradeSteps = [preflight, lock, openRun((world) => putBack(work, world)), ...work] as const;
