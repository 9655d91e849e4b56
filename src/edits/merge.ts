import { canonicalJson } from '../canonical.ts';
import { epochOf } from '../instant.ts';
import { isEmpty, isObject, put } from '../resources/fields.ts';
import type { Kind } from '../resources/writes.ts';
import { eachOnce, folded, tidied, trimmed } from './tidy.ts';

/** Values by column, as in JSON. */
export type Values = Readonly<Record<string, unknown>>;

const asSet = (value: unknown): ReadonlySet<unknown> => new Set(Array.isArray(value) ? value : []);

/** Whether two values of a column are equal to Pylon, for which null, an empty text and an empty list are equal. */
export function same(kind: Kind, a: unknown, b: unknown): boolean {
  if (isEmpty(a) && isEmpty(b)) return true;
  if (kind === 'set') {
    const [left, right] = [asSet(a), asSet(b)];
    return left.size === right.size && [...left].every((item) => right.has(item));
  }
  if (typeof a === 'string' && typeof b === 'string') {
    if (a === b) return true;
    const [left, right] = [epochOf(a), epochOf(b)];
    return left !== undefined && left === right;
  }
  return canonicalJson(a) === canonicalJson(b);
}

/** Whether two values are the same, or one is what a server may make of the other by tidying it. */
export function alike(kind: Kind, a: unknown, b: unknown): boolean {
  if (same(kind, a, b)) return true;
  if (kind === 'set') return same(kind, foldedSet(a), foldedSet(b));
  return same(kind, tidied(a), tidied(b));
}

/**
 * Whether two values are the same except for what a server may do to any text: trim it, drop fractions of a second,
 * change the case of names.
 */
export function nearly(kind: Kind, a: unknown, b: unknown): boolean {
  if (kind === 'set' || typeof a !== 'string' || typeof b !== 'string')
    return kind === 'set' ? alike(kind, a, b) : same(kind, a, b);
  return trimmed(a) === trimmed(b);
}

const foldedSet = (value: unknown): readonly unknown[] => [...asSet(value)].map(folded);

/** Applies to a set what an edit adds and removes. Keeps the set's order; additions come last. */
export function changedSet(base: unknown, wanted: unknown, onto: unknown): readonly unknown[] {
  const [before, after] = [asSet(base), asSet(wanted)];
  const remaining = [...asSet(onto)].filter((item) => after.has(item) || !before.has(item));
  const added = [...after].filter((item) => !before.has(item) && !remaining.includes(item));
  return [...remaining, ...added];
}

/** The custom fields after an edit, without those that it clears. */
function changedFields(wanted: unknown, onto: unknown): Values {
  const after: Record<string, unknown> = {};
  const [changes, before] = [isObject(wanted) ? wanted : {}, isObject(onto) ? onto : {}];
  for (const slug of Object.keys(before)) if (!Object.hasOwn(changes, slug)) put(after, slug, before[slug]);
  for (const slug of Object.keys(changes)) if (!isEmpty(changes[slug])) put(after, slug, changes[slug]);
  return after;
}

/** One field that an edit changes: a column, or one custom field. */
export interface Field {
  readonly column: string;
  readonly slug?: string;
  readonly kind: Kind;
  readonly base: unknown;
  readonly wanted: unknown;
}

/** The field's name for policies and people: `state`, `custom_fields.priority`. */
export const nameOf = ({ column, slug }: Pick<Field, 'column' | 'slug'>): string =>
  slug === undefined ? column : `${column}.${slug}`;

/** An object's own value of a custom field. Slugs may be any word, e.g. `constructor`. */
const fieldOf = (fields: unknown, slug: string): unknown =>
  isObject(fields) && Object.hasOwn(fields, slug) ? fields[slug] : undefined;

/** Whether a field has several values: one side is a list, and neither is a single value. */
const isSet = (base: unknown, wanted: unknown): boolean =>
  [base, wanted].some(Array.isArray) &&
  [base, wanted].every((value) => Array.isArray(value) || isEmpty(value));

/** The fields that an edit changes, without columns that are not in `kinds`. */
export function fieldsIn(
  changes: Values,
  base: Values,
  kinds: Readonly<Record<string, Kind>>,
): readonly Field[] {
  const stood: Values = isObject(base) ? base : {};
  return Object.entries(isObject(changes) ? changes : {}).flatMap(([column, wanted]): readonly Field[] => {
    const kind = kinds[column];
    if (kind === undefined) return [];
    if (kind !== 'custom_fields') return [{ column, kind, base: stood[column], wanted }];
    return Object.entries(isObject(wanted) ? wanted : {}).map(([slug, value]) => {
      const before = fieldOf(stood[column], slug);
      const kind = isSet(before, value) ? ('set' as const) : ('value' as const);
      return { column, slug, kind, base: before, wanted: value };
    });
  });
}

/** A row's value of a field. */
export function valueIn(row: Values, { column, slug }: Pick<Field, 'column' | 'slug'>): unknown {
  return slug === undefined ? row[column] : fieldOf(row[column], slug);
}

/** A row with a field set to a value. */
export function withField(
  row: Values,
  { column, slug }: Pick<Field, 'column' | 'slug'>,
  value: unknown,
): Values {
  return { ...row, [column]: slug === undefined ? value : changedFields({ [slug]: value }, row[column]) };
}

/** A field's value after an edit of the value `onto`. For a set, the edit only adds and removes elements. */
export const changed = (field: Field, onto: unknown): unknown =>
  field.kind === 'set' ? changedSet(field.base, field.wanted, onto) : field.wanted;

/**
 * The same value as it is sent: of a column's elements that differ only by case, one is kept, as Pylon has it if it
 * does.
 */
export function changedOnce(field: Field, onto: unknown, remote: unknown): unknown {
  const value = changed(field, onto);
  return field.kind === 'set' && field.slug === undefined
    ? eachOnce(value as readonly unknown[], remote)
    : value;
}

/** The result of comparing an edited field with Pylon's value. */
export type Verdict =
  /** Pylon has the wanted value already. */
  | 'there'
  /** Nobody else has changed the field. */
  | 'send'
  /** Somebody else has changed it to another value. */
  | 'conflict';

/**
 * Compares one field three ways: its base, the wanted value and Pylon's. An edit of a set never conflicts. `wasSent`:
 * an earlier attempt may have arrived, and the server may have tidied its value.
 */
export function compare(field: Field, remote: unknown, wasSent = false): Verdict {
  const { kind, base, wanted } = field;
  const made = kind === 'set' ? changed(field, remote) : wanted;
  if (same(kind, made, remote)) return 'there';
  // Equal to the base: nothing has arrived, even if the wanted value differs from it only by tidying.
  if (same(kind, base, remote)) return 'send';
  if (wasSent && alike(kind, made, remote)) return 'there';
  return kind === 'set' ? 'send' : 'conflict';
}

/** A row after edits, applied one after the other. */
export function overlaid(
  row: Values,
  edits: readonly { readonly changes: Values; readonly base: Values }[],
  kinds: Readonly<Record<string, Kind>>,
): Values {
  let shown = row;
  for (const { changes, base } of edits)
    for (const field of fieldsIn(changes, base, kinds))
      shown = withField(shown, field, changed(field, valueIn(shown, field)));
  return shown;
}
