import type { Settings } from '../options.ts';
import { birthOf, keyOf, type ResourceName, type Tables } from '../resources/index.ts';
import { liveView, type Show } from './live-view.ts';
import { ids } from './random.ts';
import type { Facts, Fields, Row } from './rows.ts';
import { madeTables } from './tables.ts';

/** Everything a request can see or change. */
export interface State {
  readonly settings: Settings;
  readonly tables: Tables;
  readonly show: Show;
  /** Ids of records that were merged, `<resource> <id>`, and the id of the one that is answered for each. */
  readonly successors: Map<string, string>;
  /** Pylon's clock, epoch milliseconds. */
  now(): number;
  newId(kind: string): string;
  /** The next number of an issue. */
  newNumber(): number;
  /** Puts an object in its table; one with the same key is replaced and keeps its place. */
  store(resource: ResourceName, object: Fields, options?: StoreOptions): Row;
  /** Runs something later; never once the sandbox is closed. */
  later(delayMs: number, run: () => void): void;
  close(): void;
}

interface StoreOptions {
  readonly path?: Facts;
  readonly raw?: boolean;
}

export function newState(settings: Settings): State {
  const tables = madeTables(settings, settings.now());
  const timers = new Set<NodeJS.Timeout>();
  let created = 0;
  let number = settings.issues;
  let nameless = 0;
  return {
    settings,
    tables,
    successors: new Map(),
    show: liveView(settings.now, settings.traps),
    now: settings.now,
    newId: (kind) => {
      created += 1;
      return ids(settings.seed, `new ${kind}`).of(created);
    },
    newNumber: () => {
      number += 1;
      return number;
    },
    store: (resource, object, { path = {}, raw = false } = {}) => {
      const known = keyOf(resource, object, path);
      if (known === undefined) nameless += 1;
      const key = known ?? `nameless-${nameless}`;
      const before = tables[resource].get(key);
      const birth = birthOf(object);
      const keeps = before !== undefined && (birth === undefined || birth === birthOf(before.object));
      const row: Row = {
        key,
        created: keeps ? before.created : (birth ?? settings.now()),
        path: before === undefined ? path : { ...before.path, ...path },
        raw,
        object,
      };
      tables[resource].set(row);
      return row;
    },
    later: (delayMs, run) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        run();
      }, delayMs);
      timer.unref();
      timers.add(timer);
    },
    close: () => {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
