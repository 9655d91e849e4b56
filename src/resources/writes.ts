/** The kinds of objects that can have custom fields, as Pylon names them: it lists the fields of one kind at a time. */
export const FIELD_KINDS = [
  'account',
  'issue',
  'contact',
  'task',
  'project',
  'meeting',
  'opportunity',
] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

/** The kind of a column's values, for merging two changes and for writing to Pylon. */
export type Kind =
  /** One value: the last change wins. */
  | 'value'
  /** The id of another object. */
  | 'reference'
  /** A list without order: an edit adds and removes elements, and leaves the others alone. */
  | 'set'
  /** A list whose order matters, or a list of objects: written as a whole. */
  | 'list'
  /** Custom fields, each merged separately. */
  | 'custom_fields';

/** How a column is written to Pylon. */
export interface WriteColumn {
  readonly kind: Kind;
  /** The field of the request's body; default: the column's name. */
  readonly field?: string;
  /** What is sent for NULL. Absent: Pylon has no way to empty it, and NULL is refused. */
  readonly empty?: '' | readonly [];
  /** The values that Pylon accepts, if they are few. */
  readonly values?: readonly string[];
  /** The same of members of an object. */
  readonly members?: Readonly<Record<string, readonly string[]>>;
  /** The resource whose ids are the values that Pylon takes; its titles are read as these. */
  readonly choices?: string;
  /** Those of them that every workspace has. */
  readonly always?: readonly string[];
  /** How custom fields are written: as a list of `{slug, value}` by default, or as a map of slug to `{value}`. */
  readonly as?: 'map';
  /** The resource whose ids a set contains. */
  readonly of?: string;
  /** Whether it has addresses of files, for which `edit:17` stands while edit 17 is yet to upload one. */
  readonly files?: true;
  /** Whether only a create or only an update can contain it; default: both. */
  readonly only?: 'create' | 'update';
}

/** How SQL names a column of a row as it was and as it is to be. */
export interface RowNames {
  readonly was: (column: string) => string;
  readonly is: (column: string) => string;
}

/** A change that Pylon never accepts, recognised by the row before and after. */
export interface Impossible {
  /** The column that the error names. */
  readonly column: string;
  /** A condition in SQL over the row; for an INSERT, the row before is empty. */
  readonly when: (row: RowNames) => string;
  readonly because: string;
}

/** A value that follows from others of the row, if the statement gives none. */
export interface Fill {
  readonly column: string;
  /** The columns after whose change it is computed. */
  readonly from: readonly string[];
  /** A condition in SQL over the row; for an INSERT, the row before is empty. */
  readonly when: (row: RowNames) => string;
  readonly value: (row: RowNames) => string;
}

/** How to find an object that a create may have created although its answer was lost. */
export type Recovery =
  /** A search over the time of creation. */
  | { readonly by: 'search'; readonly path: string }
  /** The whole listing, which is short. */
  | { readonly by: 'list'; readonly path: string }
  /** One answer of a search, unless it is as long as its limit. */
  | { readonly by: 'answer'; readonly path: string; readonly limit: number }
  /** Pylon lists it nowhere: a person has to look. */
  | { readonly by: 'person' };

/** What can be changed of an object in Pylon. */
export interface Writes {
  readonly columns: Readonly<Record<string, WriteColumn>>;
  /** Routes; placeholders other than `{id}` are columns of the row. */
  readonly update?: string;
  readonly create?: {
    readonly path: string;
    /** Columns that Pylon requires; of an inner list, one is enough. */
    readonly required: readonly (string | readonly string[])[];
    readonly recovery: Recovery;
  };
  readonly remove?: string;
  /**
   * Columns that cannot be written and whose change shows activity on the object: a DELETE is compared by
   * them too.
   */
  readonly activity?: readonly string[];
  /**
   * One request for the same change of many records; its answer says that it has begun, and it takes effect
   * later.
   */
  readonly bulk?: {
    readonly path: string;
    /** The field that names the records, and how many it takes. */
    readonly ids: string;
    readonly most: number;
    readonly columns: readonly string[];
    /** A search that takes ids, or names in the column `by`. */
    readonly search: string;
    readonly by?: string;
    /** The size of its pages. */
    readonly limit: number;
    /**
     * A column for which the request contains what is added or removed, and the field that says which of the
     * two.
     */
    readonly set?: { readonly column: string; readonly mode: string };
  };
  readonly impossible?: readonly Impossible[];
  readonly fills?: readonly Fill[];
  /** Fields of a body that follow from the written fields and the row after the edit. */
  readonly also?: (
    body: Readonly<Record<string, unknown>>,
    row: Readonly<Record<string, unknown>>,
  ) => Readonly<Record<string, unknown>>;
}

type Options = Omit<WriteColumn, 'kind'>;

export const value = (options: Options = {}): WriteColumn => ({ kind: 'value', ...options });
export const reference = (options: Options = {}): WriteColumn => ({ kind: 'reference', ...options });
export const set = (options: Options = {}): WriteColumn => ({ kind: 'set', empty: [], ...options });
export const list = (options: Options = {}): WriteColumn => ({ kind: 'list', empty: [], ...options });
export const customFieldValues = (options: Options = {}): WriteColumn => ({
  kind: 'custom_fields',
  ...options,
});
