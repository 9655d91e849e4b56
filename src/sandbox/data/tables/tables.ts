import type { Generator } from '../generator.ts';
import { DAY } from '../instants.ts';
import { birthOf, type Generated, type Kind, keyOf } from '../kind.ts';
import type { Child, Fields, Row, Table } from '../rows.ts';
import type { WorkspaceSettings } from '../settings.ts';
import { childTable } from './child.ts';
import { memoryTable } from './memory.ts';

/** The tables of all kinds by name, with their contents at `start` (epoch milliseconds). */
export function generateTables(
  kinds: ReadonlyMap<string, Kind>,
  settings: WorkspaceSettings,
  start: number,
): ReadonlyMap<string, Table> {
  const oldest = start - settings.historyDays * DAY;
  const spread = (index: number, count: number) =>
    Math.floor(oldest + ((start - 3_600_000 - oldest) * (index + 0.5)) / count);
  const generated = perKind(kinds, (kind): Generated => kind.generate(generator));
  const tables = perKind(kinds, (kind): Table => {
    const made = generated(kind.name);
    if ('table' in made) return made.table;
    if ('objects' in made) {
      const { objects, order } = made;
      const placed = (i: number) => (order === 'spread' ? spread(i, objects.length) : objects.length - i);
      return memoryTable(objects.map((object, i) => rowOf(kind, [object, {}], placed(i))));
    }
    const { children, parent, of } = made;
    const born = ([object]: Child, i: number) => (birthOf(object) ?? 0) + (i % 1_000);
    const table = memoryTable(
      children.map((child, i) => rowOf(kind, child, born(child, i))),
      parent,
    );
    return of === undefined ? table : childTable(table, parent, tables(of));
  });
  const generator: Generator = {
    settings,
    seed: settings.seed,
    traps: settings.traps,
    start,
    oldest,
    share: (issues, least) => Math.max(least, Math.floor(settings.issues / issues)),
    spread,
    many: (count, make) => Array.from({ length: count }, (_, index) => make(index, spread(index, count))),
    objects: (name) => objectsOf(generated(name)),
    children: (name) => childrenOf(generated(name)),
    table: tables,
  };
  return new Map([...kinds.keys()].map((name) => [name, tables(name)]));
}

/** Computes something once for each kind, on demand. Kinds may depend on each other, but not in a ring. */
function perKind<Result>(
  kinds: ReadonlyMap<string, Kind>,
  compute: (kind: Kind) => Result,
): (name: string) => Result {
  const results = new Map<string, Result>();
  const begun = new Set<string>();
  return (name) => {
    const known = results.get(name);
    if (known !== undefined) return known;
    const kind = kinds.get(name);
    if (kind === undefined) throw new RangeError(`the sandbox knows no resource "${name}"`);
    if (begun.has(name)) throw new RangeError(`${name} is made from itself`);
    begun.add(name);
    const result = compute(kind);
    results.set(name, result);
    return result;
  };
}

const rowOf = (kind: Kind, [object, path]: Child, created: number): Row => ({
  key: keyOf(kind, object, path) ?? '',
  created,
  path,
  raw: false,
  object,
});

function objectsOf(generated: Generated): readonly Fields[] {
  return 'objects' in generated ? generated.objects : childrenOf(generated).map(([object]) => object);
}

function childrenOf(generated: Generated): readonly Child[] {
  if ('children' in generated) return generated.children;
  if ('objects' in generated) return generated.objects.map((object) => [object, {}]);
  throw new RangeError('rows that are made when they are asked for are not listed beforehand');
}
