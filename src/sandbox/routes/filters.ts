import { parseInstant } from '../data/instants.ts';
import type { Row } from '../data/rows.ts';
import { badRequest } from './refusal.ts';

/** How a filter reads a field, and with which operators. */
export interface Filterable {
  readonly operators: readonly string[];
  readonly read: (row: Row) => unknown;
}

/** Finds a field by its name in filters; `undefined` if there is none. */
export type Lookup = (field: string) => Filterable | undefined;

export type Passes = (row: Row) => boolean;

const DEPTH = 3;
const MANY = ['in', 'not_in', 'time_range'];
const NONE = ['is_set', 'is_unset'];

interface Leaf {
  readonly value: string;
  readonly values: readonly string[];
  readonly times: readonly number[];
}

type Test = (found: readonly string[], given: Leaf, row: () => number | undefined) => boolean;

const within = (time: number | undefined, test: (time: number) => boolean) =>
  time !== undefined && test(time);
const first = (found: readonly string[]) => found[0] ?? '';
const both = (found: readonly string[], given: Leaf, test: (a: number, b: number) => boolean) =>
  found.length > 0 && test(Number(first(found)), Number(given.value));

/** Comparisons of time are strict: bounds are undocumented, and whole seconds make the difference visible. */
const TESTS: Readonly<Record<string, Test>> = {
  equals: (found, { value }) => found.includes(value),
  not_equals: (found, { value }) => !found.includes(value),
  contains: (found, { value }) => found.includes(value),
  does_not_contain: (found, { value }) => !found.includes(value),
  in: (found, { values }) => found.some((one) => values.includes(one)),
  not_in: (found, { values }) => !found.some((one) => values.includes(one)),
  string_contains: (found, { value }) => found.some((one) => one.toLowerCase().includes(value.toLowerCase())),
  string_does_not_contain: (found, { value }) =>
    !found.some((one) => one.toLowerCase().includes(value.toLowerCase())),
  is_set: (found) => found.length > 0,
  is_unset: (found) => found.length === 0,
  greater_than: (found, given) => both(found, given, (a, b) => a > b),
  less_than: (found, given) => both(found, given, (a, b) => a < b),
  greater_than_or_equals: (found, given) => both(found, given, (a, b) => a >= b),
  less_than_or_equals: (found, given) => both(found, given, (a, b) => a <= b),
  time_is_after: (_, { times }, time) => within(time(), (at) => at > (times[0] ?? Number.NaN)),
  time_is_before: (_, { times }, time) => within(time(), (at) => at < (times[0] ?? Number.NaN)),
  time_range: (_, { times }, time) =>
    within(time(), (at) => at > (times[0] ?? Number.NaN) && at < (times[1] ?? Number.NaN)),
};

/**
 * Parses a search's `filter`.
 *
 * @throws Refusal (400) for an unknown field or operator, a missing value, or a tree with more than three
 * levels.
 */
export function compileFilter(filter: unknown, lookup: Lookup, depth = 1): Passes {
  if (filter === null || typeof filter !== 'object' || Array.isArray(filter)) {
    throw badRequest('filter must be an object');
  }
  if (depth > DEPTH) throw badRequest(`filter is nested deeper than ${DEPTH}`);
  const { field, operator, value, values, subfilters } = filter as Record<string, unknown>;
  if (operator === 'and' || operator === 'or') {
    if (!Array.isArray(subfilters) || subfilters.length === 0) {
      throw badRequest(`filter operator ${operator} needs subfilters`);
    }
    const tests = subfilters.map((sub) => compileFilter(sub, lookup, depth + 1));
    return operator === 'and'
      ? (row) => tests.every((passes) => passes(row))
      : (row) => tests.some((passes) => passes(row));
  }
  const test = typeof operator === 'string' ? TESTS[operator] : undefined;
  if (typeof operator !== 'string' || test === undefined) {
    throw badRequest(`filter operator ${JSON.stringify(operator)} is unknown`);
  }
  const filterable = typeof field === 'string' ? lookup(field) : undefined;
  if (filterable === undefined) throw badRequest(`filter field ${JSON.stringify(field)} is unknown`);
  if (!filterable.operators.includes(operator)) {
    throw badRequest(
      `filter field ${field} does not allow ${operator}, only ${filterable.operators.join(', ')}`,
    );
  }
  const given = leafOf(`${field}`, operator, value, values);
  const { read } = filterable;
  return (row) => {
    const found = read(row);
    return test(texts(found), given, () => (typeof found === 'number' ? found : parseInstant(found)));
  };
}

function leafOf(field: string, operator: string, value: unknown, values: unknown): Leaf {
  const many = MANY.includes(operator);
  const given = many ? values : NONE.includes(operator) ? [] : [value];
  if (!Array.isArray(given) || !given.every((one) => typeof one === 'string')) {
    throw badRequest(
      `filter on ${field} with ${operator} needs ${many ? 'values, a list of texts' : 'value, a text'}`,
    );
  }
  const times = operator.startsWith('time_') ? given.map(parseInstant) : [];
  const read = times.filter((time) => time !== undefined);
  if (read.length < times.length || (operator === 'time_range' && times.length !== 2)) {
    throw badRequest(
      `filter on ${field} with ${operator} needs ${many ? 'two times' : 'a time'} in RFC 3339`,
    );
  }
  return { value: given[0] ?? '', values: given, times: read };
}

/** A field's value as filters compare it: nothing, one text or several. */
function texts(found: unknown): readonly string[] {
  if (found === undefined || found === null || found === '') return [];
  return Array.isArray(found) ? found.map(String) : [String(found)];
}
