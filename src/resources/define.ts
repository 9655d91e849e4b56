import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
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
 * The columns every mirror table ends with. `_hash` and `_order` are the daemon's own:
 * `_hash` digests Pylon's values without volatile ones, `_order` is the place, in the order of requests,
 * at which the row's content was answered (no older request may write over it).
 */
const meta = () => ({
  _synced_at: instant().notNull().defaultNow(),
  _deleted_at: instant(),
  _extra: jsonb(),
  _hash: text().notNull().default(''),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

/** A mirror table: the resource's own columns, then the common ones. The key column must be `id`. */
export function mirrorTable<
  Name extends string,
  Columns extends Record<string, PgColumnBuilderBase> & { id: PgColumnBuilderBase },
>(
  name: Name,
  columns: Columns,
  indexes?: (table: Record<keyof Columns & string, AnyPgColumn>) => PgTableExtraConfigValue[],
) {
  return pylon.table(name, { ...columns, ...meta() }, (table) =>
    indexes === undefined ? [] : indexes(table as unknown as Record<keyof Columns & string, AnyPgColumn>),
  );
}

/** Any mirror table: at least the key and the common columns. */
// biome-ignore lint/suspicious/noExplicitAny: the one named `any`: Drizzle's table type is invariant in its columns.
export type MirrorTable = PgTableWithColumns<any>;

/** An object as Pylon sent it, parsed from JSON, nothing checked. */
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
  /** The answer holds the one object. */
  | { readonly by: 'object'; readonly path: string }
  /** `GET path`, cursor pages until the last; once for each of `variants` (default: once, no parameters). */
  | {
      readonly by: 'list';
      readonly path: string;
      /** Page size to send; absent where the endpoint takes none. */
      readonly limit?: number;
      readonly variants?: readonly Query[];
    }
  /** `POST path` with no filter: everything, newest first. */
  | { readonly by: 'search'; readonly path: string; readonly limit: number }
  /** `GET path` over windows of `created_at`; `search` says where older objects lie. */
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
      /** The parent's columns whose change makes its children due again; none: due at every pass. */
      readonly mark?: readonly string[];
      /** Column holding the parent's id. */
      readonly foreignKey: string;
      /** Listings per parent, made from the parent's row (languages of a knowledge base); default: one. */
      readonly variants?: (parent: Readonly<Record<string, unknown>>) => readonly Query[];
    }
  /** No listing at all: ids are those another mirror table names; `GET path` each. */
  | {
      readonly by: 'reference';
      readonly path: string;
      /** Resource name and column that name the ids. */
      readonly from: { readonly resource: string; readonly column: string };
    };

/** A search that answers what changed since an instant, newest `created_at` first. */
export interface Changes {
  /** `POST` with a filter. */
  readonly path: string;
  readonly limit: number;
  /** Times of change: the search's name for each, and the column that holds it. Any one that moved is a change. */
  readonly times: Readonly<Record<string, string>>;
}

/** What somebody may want to keep out of a copy, or to hash, that a column contains. */
export type Content =
  /** An e-mail address, or several. */
  | 'email'
  /** A phone number, or several. */
  | 'phone'
  /** What people wrote, as long as they liked: HTML, plain text, or an object with such in it. */
  | 'body';

/** Custom fields of a resource's objects. */
export interface CustomFields {
  /** What they are filed under. */
  readonly kind: FieldKind;
  /** Slugs that Pylon takes as custom fields although it does not define them as such. */
  readonly builtIn?: readonly string[];
  /** Further columns of the view of the options that objects have. */
  readonly optionColumns?: Readonly<Record<string, ViewColumn>>;
}

/** One Pylon object type: everything the project knows about it. */
export interface Resource<Table extends MirrorTable = MirrorTable> {
  /** The table's name in schema `pylon`, the name in commands, configuration and logs. */
  readonly name: string;
  /** What a row is, in plain words: the table's comment. */
  readonly about: string;
  readonly table: Table;
  /** What columns are, in plain words, where `COMMON_WORDS` has none for their names, or others. */
  readonly words?: Readonly<Record<string, string>>;
  /** What a reader of the reference should know beside how changes are seen. */
  readonly note?: string;
  /** The column that people call a row by; views show it beside each reference to one. */
  readonly title?: string;
  /** Further columns that views show beside a reference to a row, with their comments. */
  readonly shownWith?: Readonly<Record<string, string>>;
  readonly pull: Pull;
  /** How what changed is found; absent where the API cannot filter by a time of change. */
  readonly changes?: Changes;
  /** `GET` of one object; its placeholders are columns of the row. Absent where the API has none. */
  readonly get?: string;
  /** What a webhook's body calls such an object; absent where Pylon sends no webhooks of them. */
  readonly webhook?: string;
  /** Columns that hold another object's id, and whose: what becomes of that object may change this one. */
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
   * Fields that `derive` has used up, with the keys inside them that it covered: any other key is kept
   * in `_extra`. `true` covers the field whole (copies of the referenced object's own fields are left out).
   */
  readonly covered?: Readonly<Record<string, readonly string[] | true>>;
  /** Columns and fields that move without an edit: stored, but no change of the row. */
  readonly volatile?: readonly string[];
  /**
   * Columns of which each change is kept (`pylon_sync.changes`): those that reports ask for. Lists are compared as
   * sets, `custom_fields` field by field.
   */
  readonly history?: readonly string[];
  /** What can be changed here and follows in Pylon; absent where Pylon lets one change nothing. */
  readonly writes?: Writes;
  /** What Pylon does with an object that is no column. */
  readonly actions?: readonly Action[];
  /** Its view of `pylon_bi`, where that has more than the table. */
  readonly view?: OwnView;
  /** Columns by which a row is named in the views of its lists. */
  readonly naming?: Readonly<Record<string, ViewColumn>>;
  /** Views of the lists that a row holds. */
  readonly lists?: readonly ListView[];
}

type Column<Table extends MirrorTable> = keyof Table['$inferInsert'] & string;
type ByColumn<Table extends MirrorTable, Value> = { readonly [Name in Column<Table>]?: Value };

/** A column that has no words in common with those of its name has words of its own. */
type Words<Table extends MirrorTable, Own = Exclude<Column<Table>, keyof typeof COMMON_WORDS>> = [
  Own,
] extends [never]
  ? { readonly words?: ByColumn<Table, string> }
  : { readonly words: ByColumn<Table, string> & { readonly [Name in Own & string]: string } };

/** Identity that checks a descriptor's names against its table. */
export function defineResource<const Table extends MirrorTable>(
  resource: Omit<
    Resource<Table>,
    | ('name' | 'words' | 'title' | 'shownWith' | 'changes' | 'refers' | 'contains')
    | ('derive' | 'volatile' | 'history' | 'writes')
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
      readonly history?: readonly Column<Table>[];
      readonly writes?: Omit<Writes, 'columns'> & { readonly columns: ByColumn<Table, WriteColumn> };
    },
): Resource<Table> {
  return resource as Resource<Table>;
}
