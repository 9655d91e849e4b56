/** What an UPDATE of a view's column changes in the row, if the column is no column of the table. */
export type Sets =
  /** A column of the table: it gets the id of the one record of a resource that has the value as its title. */
  | { readonly column: string; readonly titleOf: string }
  /** A custom field, which gets the value as it is. */
  | { readonly field: string };

/** One column of a view of schema `pylon_bi`. */
export interface ViewColumn {
  /** An expression over what the view is taken from; `r` is the row of the resource. */
  readonly sql: string;
  /** In plain words, with its unit. */
  readonly comment: string;
  /** Absent if an UPDATE cannot set it. */
  readonly sets?: Sets;
}

/** The text of a column of the row that holds HTML. */
export interface PlainText {
  readonly plainTextOf: string;
  readonly comment: string;
}

/** A resource's own view, as far as it is more than the table's columns with the names of what they refer to. */
export interface OwnView {
  /** Default: the table's name. */
  readonly name?: string;
  /** After the table's own, or in the place of those of the same name. */
  readonly columns?: Readonly<Record<string, ViewColumn | PlainText>>;
  /** What these are taken from besides. */
  readonly joins?: string;
}

/** A list that a row holds, as a view of its elements, one row for each. */
export interface ListView {
  readonly name: string;
  readonly comment: string;
  /** After those that name the row. */
  readonly columns: Readonly<Record<string, ViewColumn>>;
  /** What each element is taken from: a function that makes rows of `r`, with its alias. */
  readonly each: string;
  readonly joins?: string;
  /** What more is asked of a row, that an index has. */
  readonly where?: string;
}

/** A column that is its expression, unchanged. */
export const column = (sql: string, comment: string, sets?: Sets): ViewColumn =>
  sets === undefined ? { sql, comment } : { sql, comment, sets };

/** A column of HTML as plain text. */
export const plainText = (html: string, comment: string): PlainText => ({ plainTextOf: html, comment });

/** The elements of a JSON list, as `each.one`: none where it is no list. */
export const elements = (json: string): string =>
  `jsonb_array_elements(CASE jsonb_typeof(${json}) WHEN 'array' THEN ${json} END) AS each(one)`;

/** A number that JSON holds, null where it is none, or one that no such thing can be: a view would fail for it. */
export const numberIn = (json: string, below: '1e15' | '1e20'): string =>
  `CASE WHEN jsonb_typeof(${json}) = 'number' THEN CASE WHEN abs((${json} #>> '{}')::numeric) < ${below} THEN (${json} #>> '{}')::numeric END END`;

/** Seconds, and the same in hours, as two columns. */
export const duration = (name: string, sql: string, what: string): Record<string, ViewColumn> => ({
  [`${name}_seconds`]: column(`(${sql})::bigint`, `${what}, in seconds.`),
  [`${name}_hours`]: column(`round((${sql})::numeric / 3600, 2)`, `${what}, in hours.`),
});
