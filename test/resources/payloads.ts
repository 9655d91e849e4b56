import { readFileSync } from 'node:fs';
import { ownColumns, rowMapper } from '../../src/db/row/row.ts';
import type { PathFacts, PylonObject } from '../../src/resources/define.ts';
import { resourceNamed, resources } from '../../src/resources/index.ts';

/** An object of the resource as Pylon sends it, every documented field set. */
export function payload(resource: string): PylonObject {
  return JSON.parse(readFileSync(new URL(`../fixtures/payloads/${resource}.json`, import.meta.url), 'utf8'));
}

/** A whole answer, in the shape of one that Pylon gave. */
export function liveAnswer(name: string): { readonly data?: unknown } {
  return JSON.parse(readFileSync(new URL(`../fixtures/live/${name}.json`, import.meta.url), 'utf8'));
}

/** The variants of listings of which an answer is taken to be one. */
const VARIANTS: Readonly<Record<string, PathFacts>> = { article_translations: { language: 'de' } };

/** What requests for the resource's children say of the answer. */
export const FACTS: Readonly<Record<string, PathFacts>> = Object.fromEntries(
  resources.flatMap(({ name, pull }) =>
    pull.by === 'parent'
      ? [[name, { [pull.foreignKey]: pull.foreignKey.replace(/_id$/, '-1'), ...VARIANTS[name] }]]
      : [],
  ),
);

/** The row an object becomes, by column (nulls left out, lists in Postgres's notation), and its `_extra`. */
export function stored(name: string, object: PylonObject) {
  const resource = resourceNamed(name);
  const row = rowMapper(resource)(object, FACTS[name] ?? {});
  if ('reason' in row) throw new Error(`${name} refused its payload: ${row.reason}`);
  const named = ownColumns(resource.table).map((column, index) => [column.name, row.values[index]] as const);
  return { row: Object.fromEntries(named.filter(([, value]) => value !== null)), extra: row.extra };
}
