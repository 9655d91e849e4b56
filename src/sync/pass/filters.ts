import { PermanentError } from '../../errors.ts';
import { formatInstant, isValidInstant } from '../../instant.ts';

/** A search filter in Pylon's form. Pylon does not document whether comparisons of time include their bound. */
export interface Filter {
  readonly operator: string;
  readonly field?: string;
  readonly value?: string;
  readonly subfilters?: readonly Filter[];
}

/** A filter for times after, or before, an instant in epoch milliseconds. */
export const time = (field: string, operator: 'time_is_after' | 'time_is_before', ms: number): Filter => ({
  field,
  operator,
  value: formatInstant(ms),
});

const join = (operator: 'and' | 'or', [first, ...rest]: readonly Filter[]): Filter => {
  if (first === undefined) throw new RangeError(`a filter of ${operator} needs parts`);
  return rest.length === 0 ? first : { operator, subfilters: [first, ...rest] };
};
export const all = (filters: readonly Filter[]): Filter => join('and', filters);
export const any = (filters: readonly Filter[]): Filter => join('or', filters);

/** An instant of an object, in epoch milliseconds; undefined if it is missing or unreadable. */
export function instantIn(object: unknown, field: string): number | undefined {
  const value = (object as Readonly<Record<string, unknown>> | null)?.[field];
  return typeof value === 'string' && isValidInstant(value) ? Date.parse(value) : undefined;
}

/**
 * The error for an object that the filter excludes: Pylon ignores filters it does not know and then answers with
 * everything.
 */
export const filterIgnored = (path: string, filter: Filter, object: unknown): PermanentError => {
  const { id } = (object ?? {}) as { readonly id?: unknown };
  return new PermanentError(
    `POST ${path}: the filter ${JSON.stringify(filter)} was ignored: ${JSON.stringify(id)} came back, which it leaves out`,
  );
};
