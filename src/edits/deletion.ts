import type { Resource } from '../resources/define.ts';
import { isObject } from '../resources/fields.ts';
import { unsigned } from '../resources/signatures.ts';
import type { Kind } from '../resources/writes.ts';
import { kindsOf, writableColumns } from './body.ts';
import type { Policy } from './conflicts.ts';
import { alike, type Field, held, nameOf, overlaid, same, type Values } from './merge.ts';
import type { Asked } from './plan.ts';

/** A DELETE, and what is known of its record. */
export interface Deleting {
  /** What Pylon was last known to hold when the row was deleted, without edits that had not been sent. */
  readonly known: Values;
  /** What Pylon holds now. */
  readonly remote: Values;
  /** Edits of the record from before, in their order. */
  readonly earlier: readonly Asked[];
  /** What Pylon held, by field, when a person decided for the DELETE; undefined where nobody has. */
  readonly decided?: Values | undefined;
  /** Custom fields that nobody can write: Pylon, or another system, moves them. */
  readonly readOnly: ReadonlySet<string>;
}

/** What is to become of a DELETE. */
export interface DeletionPlan {
  /** `hold`: a person has to say; `pylon`: the record stays. */
  readonly verdict: 'send' | 'hold' | 'pylon';
  /** Names of the fields for whose sake. */
  readonly contested: readonly string[];
  /** What Pylon holds of these. */
  readonly remote: Values;
}

/**
 * The columns that a DELETE is compared by: those that an UPDATE can change, and those that tell of activity. What moves
 * by itself is never among them.
 */
export function comparedColumns(resource: Pick<Resource, 'writes'>): Readonly<Record<string, Kind>> {
  const { writes } = resource;
  const kinds = kindsOf(resource);
  const written = writableColumns(writes, 'update').map((column) => [column, kinds[column] ?? 'value']);
  const activity = (writes?.activity ?? []).map((column) => [column, 'value']);
  return Object.fromEntries([...written, ...activity]);
}

type Named = Pick<Field, 'column' | 'slug' | 'kind'>;

/** What there is to compare: columns, and each custom field that either side holds. */
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
        const isList = rows.some((row) => Array.isArray(held(row, { column, slug })));
        return { column, slug, kind: isList ? ('set' as const) : ('value' as const) };
      });
  });
}

/** A value without the signatures of URLs in it; one that has none as it is. */
function steady(value: unknown): unknown {
  const json = value === undefined ? '' : JSON.stringify(value);
  const without = unsigned(json);
  return without === json ? value : (JSON.parse(without) as unknown);
}

/**
 * Compares a DELETE with what Pylon holds now: a field that somebody changed since the row was last known is contested,
 * unless an earlier attempt of an edit from here may have made it so, or a person has seen it and decided all the same.
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
    const now = steady(held(remote, field));
    const name = nameOf(field);
    if (same(field.kind, steady(held(known, field)), now)) return false;
    if (tried.some((row) => alike(field.kind, steady(held(row, field)), now))) return false;
    return !(decided !== undefined && name in decided && same(field.kind, steady(decided[name]), now));
  });
  const policies = contested.map((field) => policyOf(nameOf(field)));
  const verdict = policies.includes('hold') ? 'hold' : policies.includes('pylon') ? 'pylon' : 'send';
  return {
    verdict,
    contested: contested.map(nameOf),
    remote: Object.fromEntries(contested.map((field) => [nameOf(field), held(remote, field) ?? null])),
  };
}
