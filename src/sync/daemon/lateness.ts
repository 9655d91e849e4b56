import type { Logger } from 'pino';
import type { Late } from '../../db/status/lag.ts';

/** A resource that lags behind a schedule. */
export type LateResource = Late & { readonly resource: string };

/**
 * Returns a function that logs, once each, the resources that fall behind their schedule and those that have caught
 * up.
 */
export function newLateNote({ log }: { readonly log: Logger }): (found: readonly LateResource[]) => void {
  let known = new Map<string, string>();
  return (found) => {
    const late = new Map<string, string>();
    for (const { resource, schedule, cron, since, seconds } of found) {
      const key = `${resource} ${schedule}`;
      late.set(key, since);
      if (!known.has(key))
        log.warn({ resource, schedule, cron, since, seconds }, 'a resource lags behind its schedule');
    }
    for (const key of known.keys()) {
      if (late.has(key)) continue;
      const [resource, schedule] = key.split(' ');
      log.info({ resource, schedule }, 'a resource has caught up with its schedule');
    }
    known = late;
  };
}
