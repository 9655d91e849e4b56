import { parseInstant } from '../data/instants.ts';
import type { Fields } from '../data/rows.ts';
import type { State } from '../data/state.ts';
import { badRequest } from './refusal.ts';

export interface CustomFieldWrite {
  readonly slug: string;
  readonly value?: string;
  readonly values?: readonly string[];
}

/**
 * Custom fields after a write, checked: only the given slugs change; a slug without a value, or with an empty
 * one, is unset.
 *
 * @throws Refusal (400) for a slug that is unknown or read-only, and for a value of another type.
 */
export function customFieldsAfter(
  state: State,
  objectType: string,
  before: unknown,
  writes: readonly CustomFieldWrite[] | undefined,
): { custom_fields?: Fields } {
  for (const write of writes ?? []) refuseWrong(state, objectType, write);
  return mergeCustomFields(before, writes);
}

/** The same for writes that have been checked. */
export function mergeCustomFields(
  before: unknown,
  writes: readonly CustomFieldWrite[] | undefined,
): { custom_fields?: Fields } {
  if (writes === undefined) return {};
  const after: Fields = before !== null && typeof before === 'object' ? { ...before } : {};
  for (const { slug, value, values } of writes) {
    if (unsets(value, values)) delete after[slug];
    else after[slug] = values === undefined ? { slug, value } : { slug, values };
  }
  return { custom_fields: after };
}

const unsets = (value = '', values: readonly string[] = []) => value === '' && values.length === 0;

function definitionOf(state: State, objectType: string, slug: string): Fields | undefined {
  for (const { object } of state.table('custom_fields').newest()) {
    if (object.object_type === objectType && object.slug === slug) return object;
  }
  return undefined;
}

const FORMATS: Readonly<Record<string, (value: string) => boolean>> = {
  number: (value) => /^-?\d+$/.test(value),
  decimal: (value) => /^-?\d+(\.\d+)?$/.test(value),
  boolean: (value) => value === 'true' || value === 'false',
  date: (value) => /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)),
  datetime: (value) => parseInstant(value) !== undefined,
};

function refuseWrong(state: State, objectType: string, { slug, value, values }: CustomFieldWrite): void {
  const definition = definitionOf(state, objectType, slug);
  if (definition === undefined) {
    throw badRequest(`custom_fields: ${slug} is not a custom field of ${objectType}`);
  }
  if (definition.is_read_only === true) throw badRequest(`custom_fields: ${slug} is read-only`);
  if (value !== undefined && values !== undefined) {
    throw badRequest(`custom_fields: ${slug} has value and values`);
  }
  if (unsets(value, values)) return;
  const type = `${definition.type}`;
  const many = type === 'multiselect';
  if (many !== (values !== undefined)) {
    throw badRequest(`custom_fields: ${slug} takes ${many ? 'values' : 'value'}`);
  }
  const options = optionsOf(definition);
  for (const one of values ?? [value ?? '']) {
    const fits =
      type === 'select' || many
        ? options.includes(one)
        : type === 'user'
          ? state.table('users').get(one) !== undefined
          : (FORMATS[type]?.(one) ?? true);
    if (!fits) throw badRequest(`custom_fields: ${slug} does not take ${JSON.stringify(one)} (${type})`);
  }
}

function optionsOf(definition: Fields): readonly unknown[] {
  const metadata = definition.select_metadata as { options?: readonly Fields[] } | null | undefined;
  return (metadata?.options ?? []).map((option) => option.slug);
}
