import { epochOf } from '../instant.ts';
import type { Resource } from '../resources/define.ts';
import type { WriteColumn } from '../resources/writes.ts';
import { bodyOf, kindsOf, takes } from './body.ts';
import { alike, changedOnce, type Field, fieldsIn, overlaid, same, type Values, valueIn } from './merge.ts';

interface Changing {
  readonly changes: Values;
  readonly base: Values;
}

const isNothing = (value: unknown): boolean => same('value', value, null);

/** The values that a created record should have: those inserted, with later updates applied. */
export const wantedOf = (resource: Resource, create: Changing, updates: readonly Changing[]): Values =>
  overlaid(create.changes, updates, kindsOf(resource));

/** The body of the create request, with the values that it can carry. */
export function creationBody(resource: Resource, wanted: Values): Values {
  const { id: _, ...row } = wanted;
  const fields = fieldsIn(wanted, {}, kindsOf(resource)).filter(({ column, wanted: value }) => {
    const how = resource.writes?.columns[column];
    return how !== undefined && takes(how, 'create') && !isNothing(value);
  });
  return bodyOf(
    resource,
    fields.map((field) => ({
      ...{ column: field.column, value: field.kind === 'set' ? changedOnce(field, [], []) : field.wanted },
      ...(field.slug === undefined ? {} : { slug: field.slug }),
    })),
    row,
  );
}

function collected(fields: readonly Field[], take: (field: Field) => unknown): Values {
  const columns: Record<string, unknown> = {};
  for (const field of fields) {
    const { column, slug } = field;
    const value = take(field) ?? null;
    columns[column] = slug === undefined ? value : { ...(columns[column] as Values), [slug]: value };
  }
  return columns;
}

/**
 * The values that a create request could not carry and that the created object lacks, without fields that later edits
 * change.
 */
export function followUp(
  resource: Resource,
  wanted: Values,
  remote: Values,
  later: readonly Changing[],
): Changing | undefined {
  const kinds = kindsOf(resource);
  const left = later.map((edit) => fieldsIn(edit.changes, edit.base, kinds));
  const isLater = ({ column, slug }: Field) =>
    left.some((own) => own.some((field) => field.column === column && field.slug === slug));
  const fields = fieldsIn(wanted, remote, kinds).filter((field) => {
    const how = resource.writes?.columns[field.column];
    if (how === undefined || takes(how, 'create') || isNothing(field.wanted) || isLater(field)) return false;
    return !alike(field.kind, valueIn(remote, field), field.wanted);
  });
  if (fields.length === 0) return undefined;
  return {
    changes: collected(fields, (field) => field.wanted),
    base: collected(fields, (field) => field.base),
  };
}

const plain = (value: unknown): string => {
  const text = String(value ?? '')
    .trim()
    .replace(/\s+/g, ' ')
    .toLowerCase();
  // Pylon stores whole seconds.
  const at = epochOf(text);
  return at === undefined ? text : String(Math.floor(at / 1000));
};

/** Whether two values are the same but for spaces, case and parts of a second. */
export const isPlainlySame = (one: unknown, other: unknown): boolean => plain(one) === plain(other);

/** Whether a column helps to recognise an object: not if the server rewrites its values, or it has several. */
const isDistinctive = (column: string, { kind }: WriteColumn, value: unknown): boolean =>
  ['value', 'reference'].includes(kind) &&
  typeof value !== 'object' &&
  !/html$|^slug$|^description$/.test(column);

/**
 * Whether an object is the result of a create. `maybe`: it has the same name but differs in other values, so that
 * only a person can decide.
 */
export function matchScore(
  { writes }: Pick<Resource, 'writes'>,
  wanted: Values,
  row: Values,
): 'same' | 'maybe' | 'other' {
  const differing = Object.entries(writes?.columns ?? {}).filter(([column, how]) => {
    const value = wanted[column];
    if (!takes(how, 'create') || isNothing(value) || !isDistinctive(column, how, value)) return false;
    return plain(row[column]) !== plain(value);
  });
  if (differing.length === 0) return 'same';
  const names = (writes?.create?.required ?? []).filter(
    (column) => typeof column === 'string' && writes?.columns[column]?.kind === 'value',
  );
  return differing.some(([column]) => names.includes(column)) ? 'other' : 'maybe';
}
