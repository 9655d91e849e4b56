/** What an UPDATE of a view's column changes in the row, if the column is no column of the table. */
export type Sets =
  /** A column of the table: it gets the id of the one record of a resource that has the value as its title. */
  | { readonly column: string; readonly titleOf: string }
  /** A custom field, which gets the value as it is. */
  | { readonly field: string };

/** One column of a view of schema `pylon_bi`. */
export interface ViewColumn {
  /** An SQL expression; `r` is the row of the resource. */
  readonly sql: string;
  /** What the column is, in plain words, with its unit. */
  readonly comment: string;
  /** Absent if an UPDATE cannot set it. */
  readonly sets?: Sets;
}

/** The text of a column of the row that holds HTML. */
export interface PlainText {
  readonly plainTextOf: string;
  readonly comment: string;
}

/** A resource's own view, if it has more than the table's columns and the names of what they refer to. */
export interface OwnView {
  /** Default: the table's name. */
  readonly name?: string;
  /** Columns after the table's own, or instead of those with the same name. */
  readonly columns?: Readonly<Record<string, ViewColumn | PlainText>>;
  /** Further joins, for these columns. */
  readonly joins?: string;
}

/** A view of the elements of a list in a row, one row for each. */
export interface ListView {
  readonly name: string;
  readonly comment: string;
  /** Columns after those that name the row. */
  readonly columns: Readonly<Record<string, ViewColumn>>;
  /** The source of the elements: a function that returns rows, given `r`, with its alias. */
  readonly each: string;
  readonly joins?: string;
  /** A further condition on the row, for which there is an index. */
  readonly where?: string;
}

/** A column that is its expression, unchanged. */
export const column = (sql: string, comment: string, sets?: Sets): ViewColumn =>
  sets === undefined ? { sql, comment } : { sql, comment, sets };

/** A column of HTML as plain text. */
export const plainText = (html: string, comment: string): PlainText => ({ plainTextOf: html, comment });

/** The elements of a JSON list, as `each.one`; none if the value is no list. */
export const elements = (json: string): string =>
  `jsonb_array_elements(CASE jsonb_typeof(${json}) WHEN 'array' THEN ${json} END) AS each(one)`;

/**
 * A number in JSON; null if it is none, or is impossible for what it measures, since a view would fail for
 * it.
 */
export const numberIn = (json: string, below: '1e15' | '1e20'): string =>
  `CASE WHEN jsonb_typeof(${json}) = 'number' THEN CASE WHEN abs((${json} #>> '{}')::numeric) < ${below} THEN (${json} #>> '{}')::numeric END END`;

/** Seconds, and the same in hours, as two columns. */
export const duration = (name: string, sql: string, what: string): Record<string, ViewColumn> => ({
  [`${name}_seconds`]: column(`(${sql})::bigint`, `${what}, in seconds.`),
  [`${name}_hours`]: column(`round((${sql})::numeric / 3600, 2)`, `${what}, in hours.`),
});
