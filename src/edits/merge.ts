import { isObject, put } from '../resources/fields.ts';
import type { Kind } from '../resources/writes.ts';

/** Values of columns, as JSON has them. */
export type Values = Readonly<Record<string, unknown>>;

/** Milliseconds of an RFC 3339 instant, as Postgres or Pylon writes one; undefined for any other text. */
function instantOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text)) return undefined;
  const at = Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
  return Number.isNaN(at) ? undefined : at;
}

const isEmpty = (value: unknown): boolean =>
  value == null || value === '' || (Array.isArray(value) && value.length === 0);

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isObject(value)) return value;
  const sorted: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort())
    if (value[key] != null) put(sorted, key, canonical(value[key]));
  return sorted;
}

const asSet = (value: unknown): ReadonlySet<unknown> => new Set(Array.isArray(value) ? value : []);

/** Whether two values of a column are the same to Pylon: null, an empty text and an empty list are one. */
export function same(kind: Kind, a: unknown, b: unknown): boolean {
  if (isEmpty(a) && isEmpty(b)) return true;
  if (kind === 'set') {
    const [left, right] = [asSet(a), asSet(b)];
    return left.size === right.size && [...left].every((item) => right.has(item));
  }
  if (typeof a === 'string' && typeof b === 'string') {
    if (a === b) return true;
    const [left, right] = [instantOf(a), instantOf(b)];
    return left !== undefined && left === right;
  }
  return JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
}

/** An instant in whole seconds, any other text without blanks at its ends: what a server makes of it. */
function tidied(text: string): number | string {
  const at = instantOf(text);
  return at === undefined ? text.trim() : Math.floor(at / 1_000);
}

/** The same, or what a server makes of a text by tidying it. */
export const alike = (kind: Kind, a: unknown, b: unknown): boolean =>
  same(kind, a, b) || (typeof a === 'string' && typeof b === 'string' && tidied(a) === tidied(b));

/** What an edit adds to a set and takes from it, done to another state of it: its order kept, additions last. */
export function changedSet(base: unknown, wanted: unknown, onto: unknown): readonly unknown[] {
  const [before, after] = [asSet(base), asSet(wanted)];
  const kept = [...asSet(onto)].filter((item) => after.has(item) || !before.has(item));
  const added = [...after].filter((item) => !before.has(item) && !kept.includes(item));
  return [...kept, ...added];
}

/** Custom fields after an edit of some: those it unsets are left out. */
function changedFields(wanted: unknown, onto: unknown): Values {
  const after: Record<string, unknown> = {};
  const [changes, before] = [isObject(wanted) ? wanted : {}, isObject(onto) ? onto : {}];
  for (const slug of Object.keys(before)) if (!Object.hasOwn(changes, slug)) put(after, slug, before[slug]);
  for (const slug of Object.keys(changes)) if (!isEmpty(changes[slug])) put(after, slug, changes[slug]);
  return after;
}

/** One thing that an edit changes: a column, or one custom field in it. */
export interface Field {
  readonly column: string;
  readonly slug?: string;
  readonly kind: Kind;
  readonly base: unknown;
  readonly wanted: unknown;
}

/** `state`, `custom_fields.priority`: as policies and people name it. */
export const nameOf = ({ column, slug }: Pick<Field, 'column' | 'slug'>): string =>
  slug === undefined ? column : `${column}.${slug}`;

/** What an object holds itself of a custom field, whose slug may be any word. */
const fieldOf = (fields: unknown, slug: string): unknown =>
  isObject(fields) && Object.hasOwn(fields, slug) ? fields[slug] : undefined;

/** A field of several values: it held a list or is to, and nothing on either side is a single value. */
const isSet = (base: unknown, wanted: unknown): boolean =>
  [base, wanted].some(Array.isArray) &&
  [base, wanted].every((value) => Array.isArray(value) || isEmpty(value));

/** What an edit changes, field by field; columns that are not among `kinds` are left out. */
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

/** What a row holds of a field. */
export function held(row: Values, { column, slug }: Pick<Field, 'column' | 'slug'>): unknown {
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

/** A field's value once an edit is done to what is held: of a set, only what the edit adds and takes away. */
export const changed = (field: Field, onto: unknown): unknown =>
  field.kind === 'set' ? changedSet(field.base, field.wanted, onto) : field.wanted;

/** What becomes of a field when its edit meets what Pylon holds. */
export type Verdict =
  /** Pylon holds it already. */
  | 'there'
  /** Nobody else changed it. */
  | 'send'
  /** Somebody else did, to something else. */
  | 'conflict';

/**
 * Compares one field three ways: as it stood when it was edited, as it is wanted, as Pylon holds it. What an edit
 * does to a set never conflicts. `wasSent`: an earlier attempt may have arrived, and have been tidied.
 */
export function compare(field: Field, remote: unknown, wasSent = false): Verdict {
  const { kind, base, wanted } = field;
  if (kind === 'set') return same('set', changed(field, remote), remote) ? 'there' : 'send';
  if (wasSent ? alike(kind, wanted, remote) : same(kind, wanted, remote)) return 'there';
  return same(kind, base, remote) ? 'send' : 'conflict';
}

/** A row as edits make it, one after the other. */
export function overlaid(
  row: Values,
  edits: readonly { readonly changes: Values; readonly base: Values }[],
  kinds: Readonly<Record<string, Kind>>,
): Values {
  let shown = row;
  for (const { changes, base } of edits)
    for (const field of fieldsIn(changes, base, kinds))
      shown = withField(shown, field, changed(field, held(shown, field)));
  return shown;
}
