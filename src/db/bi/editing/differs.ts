import { identifier } from '../../capture/names.ts';

/** SQL: whether an UPDATE changes a column of a view. */
export const differs = (name: string): string =>
  `NEW.${identifier(name)} IS DISTINCT FROM OLD.${identifier(name)}`;

/** How many columns are compared in one expression. */
const MOST = 100;

/**
 * Statements about columns, each for one, that run only where one of the columns differs: one comparison of many costs a
 * fraction of many comparisons.
 */
export function whereAny(statements: readonly (readonly [column: string, statement: string])[]): string {
  const groups = Array.from({ length: Math.ceil(statements.length / MOST) }, (_, at) =>
    statements.slice(at * MOST, (at + 1) * MOST),
  );
  return groups
    .map((group) => {
      const row = (of: string) => `ROW(${group.map(([column]) => `${of}.${identifier(column)}`).join(', ')})`;
      return `
  IF ${row('NEW')} IS DISTINCT FROM ${row('OLD')} THEN${group.map(([, statement]) => statement).join('')}
  END IF;`;
    })
    .join('');
}
