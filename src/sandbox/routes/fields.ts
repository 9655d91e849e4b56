import type { Fields } from '../data/rows.ts';
import type { State } from '../data/state.ts';
import type { Filterable, Lookup } from './filters.ts';

/** Operators that Pylon allows on one kind of field. */
export const TIME = ['time_is_after', 'time_is_before', 'time_range'];
export const SOME = ['equals', 'in', 'not_in'];
export const REFERENCE = [...SOME, 'is_set', 'is_unset'];
export const LIST = ['contains', 'does_not_contain', 'in', 'not_in'];
export const TEXT = ['string_contains', 'string_does_not_contain'];

/** Pylon does not document the operators of custom fields: all that make sense are allowed. */
const CUSTOM = [...REFERENCE, 'not_equals', ...LIST, ...TEXT, ...TIME].concat([
  'greater_than',
  'less_than',
  'greater_than_or_equals',
  'less_than_or_equals',
]);

/** An object's fields; none if the value is no object. */
export const object = (value: unknown): Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {};

/** `account.id` reads the id inside the account. */
export const at = (path: string, operators: readonly string[]): Filterable => {
  const steps = path.split('.');
  return {
    operators,
    read: (row) => steps.reduce((value: unknown, step) => object(value)[step], row.object),
  };
};

/** A time, read without computing the row if possible. */
export const time = (field: string): Filterable => ({
  operators: TIME,
  read: (row) => row.peek?.(field) ?? row.object[field],
});

/** One field of each object in a list. */
export const each = (field: string, key: string, operators: readonly string[]): Filterable => ({
  operators,
  read: ({ object: fields }) =>
    Array.isArray(fields[field]) ? fields[field].map((one) => object(one)[key]) : [],
});

/** Fields that a filter may use although no answer has them. */
export const hidden = (operators: readonly string[]): Filterable => ({ operators, read: () => undefined });

/** The fields that a filter of a resource may use, as Pylon documents them. */
export type Filterables =
  | Readonly<Record<string, Filterable>>
  | ((state: State) => Readonly<Record<string, Filterable>>);

/** The fields of a search: those that are documented, and custom fields of an object type by their slug. */
export function lookupOf(state: State, filters: Filterables, objectType: string | undefined): Lookup {
  const fields = typeof filters === 'function' ? filters(state) : filters;
  const slugs = new Set<unknown>();
  for (const { object: field } of state.table('custom_fields').newest()) {
    if (field.object_type === objectType) slugs.add(field.slug);
  }
  return (field) => fields[field] ?? (slugs.has(field) ? custom(field) : undefined);
}

const custom = (slug: string): Filterable => ({
  operators: CUSTOM,
  read: (row) => {
    const { value, values } = object(object(row.object.custom_fields)[slug]);
    return value ?? values;
  },
});
