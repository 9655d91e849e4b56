import { readLate } from '../../db/status/status.ts';
import type { Resource } from '../../resources/define.ts';
import type { Context } from '../pass/context.ts';

/**
 * Returns a function that logs, once each, the resources that fall behind their schedule and those that have caught
 * up.
 */
export function newLateNote({ db, log }: Context, resources: readonly Resource[]): () => Promise<void> {
  let known = new Map<string, string>();
  return async () => {
    const late = new Map<string, string>();
    for (const { resource, schedule, cron, since, seconds } of await readLate(db, resources)) {
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
