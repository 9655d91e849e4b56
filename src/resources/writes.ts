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

/** What a column holds, as far as merging two changes of it and writing it to Pylon are concerned. */
export type Kind =
  /** One value: who changed it last has it. */
  | 'value'
  /** The id of another object. */
  | 'reference'
  /** A list without order: what one adds or takes away leaves the rest alone. */
  | 'set'
  /** A list whose order or objects matter: written whole. */
  | 'list'
  /** Custom fields, each for itself. */
  | 'custom_fields';

/** How a column is written to Pylon. */
export interface WriteColumn {
  readonly kind: Kind;
  /** The field of the request's body; default: the column's name. */
  readonly field?: string;
  /** What is sent for NULL. Absent: Pylon has no way to empty it, and NULL is refused. */
  readonly empty?: '' | readonly [];
  /** The values that Pylon takes, where it takes few. */
  readonly values?: readonly string[];
  /** The same of members of an object. */
  readonly members?: Readonly<Record<string, readonly string[]>>;
  /** The resource whose ids are the values that Pylon takes; its titles are read as these. */
  readonly choices?: string;
  /** The resource whose ids a set contains. */
  readonly of?: string;
  /** Whether a create alone carries it, or only a change afterwards; default: both do. */
  readonly only?: 'create' | 'update';
}

/** How SQL names a column of a row as it was and as it is to be. */
export interface RowNames {
  readonly was: (column: string) => string;
  readonly is: (column: string) => string;
}

/** A statement that can never come true, told from the row as it was and is to be. */
export interface Impossible {
  /** The column to name. */
  readonly column: string;
  /** A condition in SQL over the row; of an insert, it was nothing. */
  readonly when: (row: RowNames) => string;
  readonly because: string;
}

/** A value that follows from others of the row, if the statement gives none. */
export interface Fill {
  readonly column: string;
  /** The columns whose change calls for it. */
  readonly from: readonly string[];
  /** A condition in SQL over the row; of an insert, it was nothing. */
  readonly when: (row: RowNames) => string;
  readonly value: (row: RowNames) => string;
}

/** How an object is found that a create may have made although its answer was lost. */
export type Recovery =
  /** A search over the time of creation. */
  | { readonly by: 'search'; readonly path: string }
  /** The whole listing, which is short. */
  | { readonly by: 'list'; readonly path: string }
  /** One answer of a search, unless it is as long as its limit. */
  | { readonly by: 'answer'; readonly path: string; readonly limit: number }
  /** Pylon lists it nowhere: a person has to look. */
  | { readonly by: 'person' };

/** What Pylon lets one change of an object. */
export interface Writes {
  readonly columns: Readonly<Record<string, WriteColumn>>;
  /** Routes; placeholders other than `{id}` are columns of the row. */
  readonly update?: string;
  readonly create?: {
    readonly path: string;
    /** Columns without which Pylon refuses; of a list inside it one is enough. */
    readonly required: readonly (string | readonly string[])[];
    readonly recovery: Recovery;
  };
  readonly remove?: string;
  /** Columns that nobody writes and that say that something happened to the object: a DELETE is compared by them too. */
  readonly activity?: readonly string[];
  /** One request for many records that are changed alike; it says that it has begun, and takes effect later. */
  readonly bulk?: {
    readonly path: string;
    /** The field that names the records, and how many it takes. */
    readonly ids: string;
    readonly most: number;
    readonly columns: readonly string[];
    /** A search that takes ids. */
    readonly search: string;
    /** A column of which the request takes what is added or taken away, and the field that says which of the two. */
    readonly set?: { readonly column: string; readonly mode: string };
  };
  readonly impossible?: readonly Impossible[];
  readonly fills?: readonly Fill[];
  /** Fields of a body that follow from what is written and what the row holds then. */
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
