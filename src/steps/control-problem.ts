// Whether SERVICE_CONTROL names what really controls a service: supervisord starts again what EggRoll's own script stops, and cannot
// stop what it has not started (EGGROLL.md section 4).

import type { ServiceConfig } from '../config/config.ts';
import type { Finding } from '../engine/errors.ts';
import { pidsOf, type RunningService } from './activity.ts';

/**
 * Why a service that runs cannot be stopped as SERVICE_CONTROL says; undefined when it can, where that cannot be told, and with
 * commands of the site, which may do anything.
 */
export function controlProblem(
  { control, commands }: Pick<ServiceConfig, 'control' | 'commands'>,
  service: RunningService,
): Pick<Finding, 'found' | 'remedy'> | undefined {
  const { supervisor } = service.process;
  if (commands || supervisor === undefined) return undefined;
  const name = `${service.module} (process ${pidsOf([service])})`;
  // Where supervisord is the first process of a container, whatever has lost its parent is its child as well.
  if (control === 'eggroll' && supervisor > 1) {
    const found = `${name} is run by supervisord (process ${supervisor}), which would start it again.`;
    return { found, remedy: 'Set SERVICE_CONTROL=supervisord.' };
  }
  if (control === 'supervisord' && supervisor === 0) {
    const found = `${name} is not run by supervisord, which therefore cannot stop it.`;
    const remedy =
      "Stop it, and start it by service.sh. Where the commands of supervisord's programs end in `start`, and not in `starting`, set SERVICE_CONTROL=eggroll.";
    return { found, remedy };
  }
  return undefined;
}
