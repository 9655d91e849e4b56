import { getTableColumns } from 'drizzle-orm';
import { writableColumns } from '../../../edits/body.ts';
import type { Resource } from '../../../resources/define.ts';
import { resourceNamed } from '../../../resources/index.ts';
import type { ViewColumn } from '../../../resources/views.ts';

/** The record that a reference is to point to, found by a value that people know. */
export interface Lookup {
  readonly resource: string;
  /** The column of that resource which has the value. */
  readonly by: string;
  /** A list of that resource which may have it instead. */
  readonly orIn?: string;
}

/** What an UPDATE of a column of a view does. */
export type Target =
  /** It changes this column of the table, which refuses what Pylon cannot change. */
  | { readonly column: string; readonly lookup?: Lookup }
  /** It changes this custom field, by its slug. */
  | { readonly field: string }
  /** It is refused. The phrase says what the column shows. */
  | { readonly shows: string };

/** How an object view is edited. */
export interface Editing {
  readonly resource: string;
  readonly targets: Readonly<Record<string, Target>>;
}

/** The lookup of a record by its title or its address. */
const lookupIn = (target: Resource, by: string): Lookup => ({
  ...{ resource: target.name, by },
  ...(by === 'email' && 'emails' in getTableColumns(target.table) ? { orIn: 'emails' } : {}),
});

/** The references of a row, each with the columns that a view shows for it: `assignee_name` of `assignee_id`. */
function shownFor(name: string, { refers = {} }: Resource) {
  for (const [reference, target] of Object.entries(refers)) {
    const stem = `${reference.replace(/_id$/, '')}_`;
    if (name === reference || !name.startsWith(stem)) continue;
    const by = name.slice(stem.length);
    const of = resourceNamed(target);
    if (by in getTableColumns(of.table)) return { reference, of, by };
  }
  return undefined;
}

const isLookedUp = (of: Resource, by: string) => by === of.title || by === 'email';

/** The columns of the table that an expression reads, as a phrase. */
function sourcesOf(sql: string, { name }: Resource): string {
  const columns = new Set([...sql.matchAll(/\br\.(\w+)/g)].map(([, column]) => column));
  return columns.size === 0
    ? `is computed from pylon.${name}`
    : `is computed from ${[...columns].join(', ')} of pylon.${name}`;
}

function targetOf(name: string, shown: ViewColumn, resource: Resource, writable: readonly string[]): Target {
  const { sets, sql } = shown;
  if (sets !== undefined)
    return 'field' in sets
      ? sets
      : {
          column: sets.column,
          lookup: lookupIn(resourceNamed(sets.titleOf), resourceNamed(sets.titleOf).title ?? 'id'),
        };
  const beside = shownFor(name, resource);
  if (beside !== undefined) {
    const { reference, of, by } = beside;
    if (isLookedUp(of, by) && writable.includes(reference))
      return { column: reference, lookup: lookupIn(of, by) };
    if (!(name in getTableColumns(resource.table))) return { shows: `shows ${by} of pylon.${of.name}` };
  }
  if (name === 'synced_at') return { column: '_synced_at' };
  return name in getTableColumns(resource.table) ? { column: name } : { shows: sourcesOf(sql, resource) };
}

/** Whether Pylon lets one change something of a resource's rows. */
const isEditable = ({ writes }: Resource): boolean => writableColumns(writes, 'update').length > 0;

/** How the view of a resource is edited, from its descriptor; undefined if Pylon lets one change nothing. */
export function editingOf(
  resource: Resource,
  columns: Readonly<Record<string, ViewColumn>>,
): Editing | undefined {
  if (!isEditable(resource)) return undefined;
  const writable = writableColumns(resource.writes, 'update');
  const targets = Object.entries(columns).map(
    ([name, shown]) => [name, targetOf(name, shown, resource, writable)] as const,
  );
  return { resource: resource.name, targets: Object.fromEntries(targets) };
}
