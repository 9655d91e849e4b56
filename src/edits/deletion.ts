import type { Resource } from '../resources/define.ts';
import { isObject } from '../resources/fields.ts';
import { unsigned } from '../resources/signatures.ts';
import type { Kind } from '../resources/writes.ts';
import { kindsOf, writableColumns } from './body.ts';
import type { Policy } from './conflicts.ts';
import { alike, type Field, nameOf, overlaid, same, type Values, valueIn } from './merge.ts';
import type { Asked } from './plan.ts';

/** A DELETE, and what is known about its record. */
export interface Deleting {
  /** Pylon's last known values when the row was deleted, without edits that had not been sent. */
  readonly known: Values;
  /** Pylon's present values. */
  readonly remote: Values;
  /** Earlier edits of the record, oldest first. */
  readonly earlier: readonly Asked[];
  /** Pylon's values by field when a person decided for the DELETE; undefined if nobody has. */
  readonly decided?: Values | undefined;
  /** Read-only custom fields, which only Pylon or another system changes. */
  readonly readOnly: ReadonlySet<string>;
}

/** What to do with a DELETE. */
export interface DeletionPlan {
  /** `send`: delete the record. `hold`: a person decides. `pylon`: the record stays. */
  readonly verdict: 'send' | 'hold' | 'pylon';
  /** Names of the fields that others have changed. */
  readonly contested: readonly string[];
  /** Pylon's values of these fields. */
  readonly remote: Values;
}

/**
 * The columns by which a DELETE is compared: those that an UPDATE can change, and those that show activity. Volatile
 * columns are never among them.
 */
export function comparedColumns(resource: Pick<Resource, 'writes'>): Readonly<Record<string, Kind>> {
  const { writes } = resource;
  const kinds = kindsOf(resource);
  const written = writableColumns(writes, 'update').map((column) => [column, kinds[column] ?? 'value']);
  const activity = (writes?.activity ?? []).map((column) => [column, 'value']);
  return Object.fromEntries([...written, ...activity]);
}

type Named = Pick<Field, 'column' | 'slug' | 'kind'>;

/** The fields to compare: columns, and each custom field that either side has. */
function fieldsOf(
  kinds: Readonly<Record<string, Kind>>,
  rows: readonly Values[],
  readOnly: ReadonlySet<string>,
): readonly Named[] {
  return Object.entries(kinds).flatMap(([column, kind]): readonly Named[] => {
    if (kind !== 'custom_fields') return [{ column, kind }];
    const slugs = new Set(rows.flatMap((row) => Object.keys(isObject(row[column]) ? row[column] : {})));
    return [...slugs]
      .filter((slug) => !readOnly.has(slug))
      .map((slug) => {
        const isList = rows.some((row) => Array.isArray(valueIn(row, { column, slug })));
        return { column, slug, kind: isList ? ('set' as const) : ('value' as const) };
      });
  });
}

/** A value without the signatures of URLs in it. */
function steady(value: unknown): unknown {
  const json = value === undefined ? '' : JSON.stringify(value);
  const without = unsigned(json);
  return without === json ? value : (JSON.parse(without) as unknown);
}

/**
 * Compares a DELETE with Pylon's present values. A field that somebody changed since the last known values is
 * contested, unless an earlier attempt of an edit may have caused the change, or a person has seen it and decided for
 * the DELETE.
 */
export function planDeletion(
  resource: Pick<Resource, 'writes'>,
  { known, remote, earlier, decided, readOnly }: Deleting,
  policyOf: (field: string) => Policy,
): DeletionPlan {
  const kinds = kindsOf(resource);
  const tried = earlier
    .map((_, place) => earlier.slice(0, place + 1))
    .filter((edits) => (edits.at(-1)?.attempts ?? 0) > 1)
    .map((edits) => overlaid(known, edits, kinds));
  const contested = fieldsOf(comparedColumns(resource), [known, remote], readOnly).filter((field) => {
    const now = steady(valueIn(remote, field));
    const name = nameOf(field);
    if (same(field.kind, steady(valueIn(known, field)), now)) return false;
    if (tried.some((row) => alike(field.kind, steady(valueIn(row, field)), now))) return false;
    return !(decided !== undefined && name in decided && same(field.kind, steady(decided[name]), now));
  });
  const policies = contested.map((field) => policyOf(nameOf(field)));
  const verdict = policies.includes('hold') ? 'hold' : policies.includes('pylon') ? 'pylon' : 'send';
  return {
    verdict,
    contested: contested.map(nameOf),
    remote: Object.fromEntries(contested.map((field) => [nameOf(field), valueIn(remote, field) ?? null])),
  };
}
