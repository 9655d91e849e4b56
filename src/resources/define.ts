import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  index,
  jsonb,
  type PgColumnBuilderBase,
  type PgTableExtraConfigValue,
  type PgTableWithColumns,
  pgSchema,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import type { Action } from './actions.ts';
import type { ListView, OwnView, ViewColumn } from './views.ts';
import type { COMMON_WORDS } from './words.ts';
import type { FieldKind, WriteColumn, Writes } from './writes.ts';

/** The mirror: one table per Pylon object type, named in the API's plural. */
export const pylon = pgSchema('pylon');

/** An instant as Pylon sends it (RFC 3339); kept as text in TypeScript, `timestamptz` in Postgres. */
export const instant = () => timestamp({ withTimezone: true, mode: 'string' });

/** A whole number that JSON carries exactly. */
export const whole = () => bigint({ mode: 'number' });

/**
 * In place of a digest, where none is known: no answer has such a digest, so that the next one replaces the row. Not the
 * empty text: drizzle-kit pull writes that default as a lone quote. (Rows of earlier versions have the empty text.)
 */
export const NO_DIGEST = 'none';

/**
 * The columns every mirror table ends with. `_hash` and `_order` are the daemon's own: `_hash` digests Pylon's values
 * without volatile ones, `_order` is the place in the order of requests at which the row's content was answered:
 * answers to older requests do not overwrite it.
 */
const meta = () => ({
  _synced_at: instant().notNull().defaultNow(),
  _deleted_at: instant(),
  _extra: jsonb(),
  _hash: text().notNull().default(NO_DIGEST),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

/** A mirror table: the resource's own columns, then the common ones. The key column must be `id`. */
export function mirrorTable<
  Name extends string,
  Columns extends Record<string, PgColumnBuilderBase> & { id: PgColumnBuilderBase },
>(
  name: Name,
  columns: Columns,
  indexes?: (
    table: Record<(keyof Columns & string) | '_deleted_at', AnyPgColumn>,
  ) => PgTableExtraConfigValue[],
) {
  return pylon.table(name, { ...columns, ...meta() }, (table) => {
    const all = table as unknown as Record<(keyof Columns & string) | 'id' | '_deleted_at', AnyPgColumn>;
    return [
      ...(indexes?.(all) ?? []),
      // Of deleted rows only: for retention, and to count them. It costs a live row nothing.
      index(`${name}_deleted_at`).on(all._deleted_at, all.id).where(sql`${all._deleted_at} IS NOT NULL`),
    ];
  });
}

/** Any mirror table: at least the key and the common columns. */
// biome-ignore lint/suspicious/noExplicitAny: the one named `any`: Drizzle's table type is invariant in its columns.
export type MirrorTable = PgTableWithColumns<any>;

/** An object as Pylon sent it, parsed from JSON and unchecked. */
export type PylonObject = Readonly<Record<string, unknown>>;

/** Query parameters of a listing; each is sent as given. */
export type Query = Readonly<Record<string, string | number | boolean>>;

/**
 * What only the request says about the objects in its answer: the parent's id under `foreignKey`
 * (`issue_id` of a message), and the query parameters of the variant (`language` of a translation).
 */
export type PathFacts = Query;

/** How all objects of a resource are enumerated. Exhaustive: `sync` has one `switch` on `by`. */
export type Pull =
  /** The answer is the only object. */
  | { readonly by: 'object'; readonly path: string }
  /** `GET path`, cursor pages until the last; once for each of `variants` (default: once, no parameters). */
  | {
      readonly by: 'list';
      readonly path: string;
      /** Page size to send; absent where the endpoint takes none. */
      readonly limit?: number;
      readonly variants?: readonly Query[];
    }
  /**
   * `GET path` for each type that is followed: Pylon lists no types, so the configuration names them. The path has one
   * placeholder, the column with a row's type.
   */
  | { readonly by: 'types'; readonly path: string; readonly limit: number; readonly column: string }
  /** `POST path` with no filter: everything, newest first. */
  | { readonly by: 'search'; readonly path: string; readonly limit: number }
  /**
   * `POST path`, which answers with `limit` objects at most and has no cursor. An answer as long as that may be cut
   * off: then once for each value of `column`, and, where that is cut off too, for the records of `within`.
   */
  | {
      readonly by: 'slices';
      readonly path: string;
      readonly limit: number;
      /** The column, the field of the body that names several of its values, and those that each workspace has. */
      readonly column: string;
      readonly field: string;
      readonly values: readonly string[];
      /** The field of the body that names records of a resource, and the field of an object with their ids. */
      readonly within: { readonly field: string; readonly resource: string; readonly ids: string };
    }
  /** `GET path` over windows of `created_at`; `search` finds out where older objects are. */
  | {
      readonly by: 'window';
      readonly path: string;
      readonly search: string;
      /** Largest page to ask for; smaller when pages grow heavy. */
      readonly limit: number;
    }
  /** One listing per row of a parent's table. */
  | {
      readonly by: 'parent';
      /** Resource name of the parent. */
      readonly parent: string;
      /** Route with one `{id}`: the parent's. */
      readonly path: string;
      readonly limit?: number;
      /** The field of the answer's object that is the list; absent where the answer is the list. */
      readonly items?: string;
      /** Only parents with this value in a column have children. */
      readonly where?: { readonly column: string; readonly is: string };
      /** Parents with this value in a column have no children: they are asked for some only once they have had another. */
      readonly none?: { readonly column: string; readonly is: string };
      /**
       * A column of the children that is empty at first. While it is, their parent is read again so long after the
       * child was first read.
       */
      readonly again?: { readonly column: string; readonly afterSeconds: readonly number[] };
      /** The parent's columns whose change makes its children due again; none: due at every pass. */
      readonly mark?: readonly string[];
      /** The column with the parent's id. */
      readonly foreignKey: string;
      /** Listings per parent, made from the parent's row (languages of a knowledge base); default: one. */
      readonly variants?: (parent: Readonly<Record<string, unknown>>) => readonly Query[];
    }
  /** No listing: the ids are those in a column of another mirror table; each is fetched with `GET path`. */
  | {
      readonly by: 'reference';
      readonly path: string;
      /** Resource name and column that name the ids. */
      readonly from: { readonly resource: string; readonly column: string };
    };

/** A search for what changed since an instant, newest `created_at` first. */
export interface Changes {
  /** `POST` with a filter. */
  readonly path: string;
  readonly limit: number;
  /**
   * Times of change: the search's name for each, and the column that holds it. An object has changed if any of them
   * has advanced.
   */
  readonly times: Readonly<Record<string, string>>;
}

/** Sensitive content of a column, which somebody may want to omit or hash in a copy. */
export type Content =
  /** An e-mail address, or several. */
  | 'email'
  /** A phone number, or several. */
  | 'phone'
  /** Free text by people: HTML, plain text, or an object that contains such text. */
  | 'body';

/** Custom fields of a resource's objects. */
export interface CustomFields {
  /** The kind of object under which Pylon lists them. */
  readonly kind: FieldKind;
  /** Slugs that Pylon accepts as custom fields although it does not list them. */
  readonly builtIn?: readonly string[];
  /** Further columns of the view of the options that objects have. */
  readonly optionColumns?: Readonly<Record<string, ViewColumn>>;
}

/** One Pylon object type: everything the project knows about it. */
export interface Resource<Table extends MirrorTable = MirrorTable> {
  /** The table's name in schema `pylon`, the name in commands, configuration and logs. */
  readonly name: string;
  /** What a row is, in plain words; becomes the table's comment. */
  readonly about: string;
  readonly table: Table;
  /** What columns are, in plain words, if `COMMON_WORDS` has no words for their names, or different ones. */
  readonly words?: Readonly<Record<string, string>>;
  /** A note for the reference of resources, besides how changes are found. */
  readonly note?: string;
  /** The column by which people call a row; views show it beside each reference to one. */
  readonly title?: string;
  /** Further columns that views show beside a reference to a row, with their comments. */
  readonly shownWith?: Readonly<Record<string, string>>;
  /** How people name a record instead of by its id: functions take its number, or an address that it alone has. */
  readonly knownBy?: 'number' | 'email';
  readonly pull: Pull;
  /** How changes are found; absent if the API cannot filter by a time of change. */
  readonly changes?: Changes;
  /** `GET` of one object; its placeholders are columns of the row. Absent if the API has none. */
  readonly get?: string;
  /** The key of such an object in a webhook's body; absent if Pylon sends no webhooks for them. */
  readonly webhook?: string;
  /** Columns with another object's id, and its resource. If that object is deleted or merged, this one may change. */
  readonly refers?: Readonly<Record<string, string>>;
  /** Columns that contain e-mail addresses, phone numbers or what people wrote. */
  readonly contains?: Readonly<Record<string, Content>>;
  readonly customFields?: CustomFields;
  /**
   * Columns that are not a field of the same name. Returned values go through the same checks as fields;
   * a key returned as `undefined` falls back to the field of that name.
   */
  readonly derive?: (object: PylonObject, facts: PathFacts) => Readonly<Record<string, unknown>>;
  /**
   * Fields that `derive` has converted, with the keys inside them that it covered: other keys are stored in `_extra`.
   * `true` covers the whole field (for copies of the referenced object's own fields).
   */
  readonly covered?: Readonly<Record<string, readonly string[] | true>>;
  /**
   * Columns and fields whose values change by themselves: they are stored, but do not count as changes of the row.
   */
  readonly volatile?: readonly string[];
  /** Columns of type `text[]` that some answers leave out: the row keeps what it has. */
  readonly partial?: readonly string[];
  /**
   * Columns whose changes are kept in `pylon_sync.changes`, for reports. Lists are compared as sets, `custom_fields`
   * field by field.
   */
  readonly history?: readonly string[];
  /** What can be changed here and is sent to Pylon; absent if Pylon allows no changes. */
  readonly writes?: Writes;
  /** Operations of Pylon's on an object that do not just set columns. */
  readonly actions?: readonly Action[];
  /** What its view in `pylon_bi` has besides the table's columns. */
  readonly view?: OwnView;
  /** Columns that name a row in the views of its lists. */
  readonly naming?: Readonly<Record<string, ViewColumn>>;
  /** Views of the lists in a row. */
  readonly lists?: readonly ListView[];
  /**
   * Whether a row shows, elsewhere than in the column that was written, that a custom field has the value: the answer does
   * not name the field.
   */
  readonly showsField?: (row: Readonly<Record<string, unknown>>, value: unknown) => boolean;
}

type Column<Table extends MirrorTable> = keyof Table['$inferInsert'] & string;
type ByColumn<Table extends MirrorTable, Value> = { readonly [Name in Column<Table>]?: Value };

/** Requires words for each column without common words. */
type Words<Table extends MirrorTable, Own = Exclude<Column<Table>, keyof typeof COMMON_WORDS>> = [
  Own,
] extends [never]
  ? { readonly words?: ByColumn<Table, string> }
  : { readonly words: ByColumn<Table, string> & { readonly [Name in Own & string]: string } };

/** Returns the descriptor unchanged; its types check names against the table. */
export function defineResource<const Table extends MirrorTable>(
  resource: Omit<
    Resource<Table>,
    | ('name' | 'words' | 'title' | 'shownWith' | 'changes' | 'refers' | 'contains')
    | ('derive' | 'volatile' | 'partial' | 'history' | 'writes')
  > &
    Words<Table> & {
      readonly name: Table['_']['name'];
      readonly title?: Column<Table>;
      readonly shownWith?: ByColumn<Table, string>;
      readonly changes?: Omit<Changes, 'times'> & {
        readonly times: Readonly<Record<string, Column<Table>>>;
      };
      readonly refers?: ByColumn<Table, string>;
      readonly contains?: ByColumn<Table, Content>;
      readonly derive?: (object: PylonObject, facts: PathFacts) => ByColumn<Table, unknown>;
      readonly volatile?: readonly Column<Table>[];
      readonly partial?: readonly Column<Table>[];
      readonly history?: readonly Column<Table>[];
      readonly writes?: Omit<Writes, 'columns'> & { readonly columns: ByColumn<Table, WriteColumn> };
    },
): Resource<Table> {
  return resource as Resource<Table>;
}
