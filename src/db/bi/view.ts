/** One column of a view. */
export interface ViewColumn {
  /** An expression over what the view is taken from. */
  readonly sql: string;
  /** In plain words, with its unit. */
  readonly comment: string;
}

/** One view of schema `pylon_bi`. */
export interface View {
  readonly name: string;
  readonly comment: string;
  /** In their order, which stands: a later version adds at the end. */
  readonly columns: Readonly<Record<string, ViewColumn>>;
  /** What follows the list of columns, `FROM` included. */
  readonly from: string;
  /** The kind of object whose custom fields become columns; they are those of `r`. */
  readonly fieldsOf?: string;
}

/** A column that is its expression, unchanged. */
export const column = (sql: string, comment: string): ViewColumn => ({ sql, comment });

/** A number that JSON holds, null where it is none, or one that no such thing can be: a view would fail for it. */
export const numberIn = (json: string, below: '1e15' | '1e20'): string =>
  `CASE WHEN jsonb_typeof(${json}) = 'number' THEN CASE WHEN abs((${json} #>> '{}')::numeric) < ${below} THEN (${json} #>> '{}')::numeric END END`;

/** Seconds, and the same in hours, as two columns. */
export const duration = (name: string, sql: string, what: string): Record<string, ViewColumn> => ({
  [`${name}_seconds`]: column(`(${sql})::bigint`, `${what}, in seconds.`),
  [`${name}_hours`]: column(`round((${sql})::numeric / 3600, 2)`, `${what}, in hours.`),
});
