import { birthOf, keyOf, type ResourceName } from '../resources/index.ts';
import { storedTable } from './memory-table.ts';
import type { Facts, Fields, Row, Table } from './rows.ts';

/** An object and what the path to it says. */
export type Child = readonly [object: Fields, path: Facts];
/** Makes objects, each with the time it came to be. */
export type Many = (count: number, make: (index: number, created: number) => Fields) => Fields[];

function row(resource: ResourceName, object: Fields, path: Facts, created: number): Row {
  return { key: keyOf(resource, object, path) ?? '', created, path, raw: false, object };
}

/** Objects in the order they came to be; without a `spread` the first is the newest. */
export function table(
  resource: ResourceName,
  objects: readonly Fields[],
  spread?: (index: number, count: number) => number,
): Table {
  return storedTable(
    objects.map((object, i) => row(resource, object, {}, spread?.(i, objects.length) ?? objects.length - i)),
  );
}

export function children(resource: ResourceName, parent: string, rows: readonly Child[]): Table {
  return storedTable(
    rows.map(([object, path], i) => row(resource, object, path, (birthOf(object) ?? 0) + (i % 1_000))),
    parent,
  );
}
