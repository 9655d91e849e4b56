import { isValidInstant } from '../../db/row/instant.ts';
import { PermanentError } from '../../errors.ts';
import { formatInstant } from './windows.ts';

/** A search filter as Pylon takes it. Comparisons of time may or may not count their bound in: it is not documented. */
export interface Filter {
  readonly operator: string;
  readonly field?: string;
  readonly value?: string;
  readonly subfilters?: readonly Filter[];
}

/** Later, or earlier, than an instant, epoch milliseconds. */
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

/** An instant in an object as Pylon sent it, epoch milliseconds; undefined when it does not say readably. */
export function instantIn(object: unknown, field: string): number | undefined {
  const value = (object as Readonly<Record<string, unknown>> | null)?.[field];
  return typeof value === 'string' && isValidInstant(value) ? Date.parse(value) : undefined;
}

/** Pylon ignores what it does not know in a search and then answers everything: that must not pass for an answer. */
export const filterIgnored = (path: string, filter: Filter, object: unknown): PermanentError => {
  const { id } = (object ?? {}) as { readonly id?: unknown };
  return new PermanentError(
    `POST ${path}: the filter ${JSON.stringify(filter)} was ignored: ${JSON.stringify(id)} came back, which it leaves out`,
  );
};
