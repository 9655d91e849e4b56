import { birthOf, type Kind, keyOf } from './kind.ts';
import { liveView, type Show } from './live-view.ts';
import { ids } from './random.ts';
import type { Facts, Fields, Row, Table } from './rows.ts';
import type { WorkspaceSettings } from './settings.ts';
import { generateTables } from './tables/tables.ts';

/** Everything a request can see or change. Resources are named as the mirror's tables are; any other name throws. */
export interface State {
  readonly settings: WorkspaceSettings;
  readonly show: Show;
  /** Merged records, `<resource> <id>`, and the id of the record that is answered instead of each. */
  readonly successors: Map<string, string>;
  kind(resource: string): Kind;
  table(resource: string): Table;
  /** Pylon's clock, epoch milliseconds. */
  now(): number;
  newId(resource: string): string;
  /** The number of the next issue. */
  newNumber(): number;
  /** That number, which is still to be given. */
  nextNumber(): number;
  /** Stores an object in its table; an object with the same key is replaced at its place. */
  store(resource: string, object: Fields, options?: StoreOptions): Row;
  /** Runs something later, unless the sandbox is closed by then. */
  later(delayMs: number, run: () => void): void;
  close(): void;
}

interface StoreOptions {
  readonly path?: Facts;
  readonly raw?: boolean;
}

export function newState(kinds: readonly Kind[], settings: WorkspaceSettings): State {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]));
  const tables = generateTables(byName, settings, settings.now());
  const timers = new Set<NodeJS.Timeout>();
  let created = 0;
  let number = settings.issues;
  let nameless = 0;
  const kindOf = (resource: string) => known(byName, resource);
  const tableOf = (resource: string) => known(tables, resource);
  return {
    settings,
    kind: kindOf,
    table: tableOf,
    successors: new Map(),
    show: liveView(settings.now, settings.traps),
    now: settings.now,
    newId: (resource) => {
      created += 1;
      return ids(settings.seed, `new ${resource}`).of(created);
    },
    newNumber: () => {
      number += 1;
      return number;
    },
    nextNumber: () => number + 1,
    store: (resource, object, { path = {}, raw = false } = {}) => {
      const own = keyOf(kindOf(resource), object, path);
      if (own === undefined) nameless += 1;
      const key = own ?? `nameless-${nameless}`;
      const before = tableOf(resource).get(key);
      const birth = birthOf(object);
      const keeps = before !== undefined && (birth === undefined || birth === birthOf(before.object));
      const row: Row = {
        key,
        created: keeps ? before.created : (birth ?? settings.now()),
        path: before === undefined ? path : { ...before.path, ...path },
        raw,
        object,
      };
      tableOf(resource).set(row);
      settings.onStore(resource, object);
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

function known<Value>(values: ReadonlyMap<string, Value>, resource: string): Value {
  const value = values.get(resource);
  if (value === undefined) throw new RangeError(`the sandbox knows no resource "${resource}"`);
  return value;
}
