import { createHash } from 'node:crypto';
import { identifier, literal } from '../capture/names.ts';
import { type Fields, fitFields } from './columns.ts';
import { triggersOf } from './editing/triggers.ts';
import type { Standing } from './standing.ts';
import { leftOutInWords } from './trouble.ts';
import type { View } from './view.ts';

/** The form that a view should have, given its existing columns. */
export interface Form {
  /** The statement that creates the view, or replaces it in place with its present options. */
  readonly statement: string;
  /** Statements that create the triggers of the view, with the function of its own that they call. */
  readonly triggers: readonly string[];
  readonly comment: string;
  /** In the view's order. */
  readonly columns: readonly (readonly [name: string, comment: string])[];
  /** Slugs of the custom fields for which the view has no room. */
  readonly leftOut: readonly string[];
  /** A digest of all this except the options, which are the user's. */
  readonly digest: string;
}

/** The options of a view in SQL. */
const optionsOf = (options: readonly string[]): string => {
  if (options.length === 0) return '';
  const given = options.map((option) => {
    const [, name = option, value = 'true'] = /^([^=]*)=(.*)$/s.exec(option) ?? [];
    return `${identifier(name)} = ${literal(value)}`;
  });
  return ` WITH (${given.join(', ')})`;
};

/**
 * Returns the form of a view. Existing columns come first, in their order, each with its present expression or a
 * typed null.
 */
export function formOf(view: View, fields: Fields, stands: Standing | undefined): Form {
  const standing = stands?.columns ?? [];
  const names = new Set(standing.map(({ name }) => name));
  const fitted = fitFields(view, fields, names);
  const wanted = { ...view.columns, ...fitted.columns };
  const columns = [
    ...standing.map(
      ({ name, type }) =>
        [name, wanted[name] ?? { sql: `NULL::${type}`, comment: 'Not filled any more.' }] as const,
    ),
    ...Object.entries(wanted).filter(([name]) => !names.has(name)),
  ];
  const made = (options: string) =>
    `CREATE OR REPLACE VIEW pylon_bi.${identifier(view.name)}${options} AS SELECT\n  ${columns
      .map(([name, { sql: expression }]) => `${expression} AS ${identifier(name)}`)
      .join(',\n  ')}\n${view.from}`;
  const shown = columns.map(([name]) => name);
  const triggers = triggersOf(view, shown, fitted.edits);
  const { leftOut } = fitted;
  const comment = [
    view.comment,
    ...(leftOut.length === 0 ? [] : [`It ${leftOutInWords(view.name, leftOut)}.`]),
  ].join(' ');
  const commented = columns.map(([name, one]) => [name, one.comment] as const);
  return {
    statement: made(optionsOf(stands?.options ?? [])),
    triggers,
    comment,
    columns: commented,
    leftOut,
    digest: digestOf([made(''), ...triggers, comment, ...commented.flat()]),
  };
}

export const digestOf = (texts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(texts)).digest('hex');
