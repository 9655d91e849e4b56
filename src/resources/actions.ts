/** Kinds of edits, each of which can be allowed separately (`PYLON_SYNC_ALLOW`). */
export const ALLOWED = ['update', 'create', 'delete', 'message', 'import'] as const;
export type Allowed = (typeof ALLOWED)[number];

/** A parameter of an action's function. */
export interface Parameter {
  readonly name: string;
  readonly type: 'text' | 'text[]' | 'timestamptz' | 'boolean' | 'bigint' | 'jsonb' | 'bytea' | 'bytea[]';
  /** Where it goes: a field of the body (default: of its name), or only into the path. */
  readonly field?: string | null;
  readonly optional?: true;
  /** The resource whose record, or records, it names: whoever calls must see them, where row security is on. */
  readonly of?: string;
  /** What an object has, and nothing else; with `many`, each object of a list. */
  readonly members?: readonly Parameter[];
  readonly many?: true;
  /** Members of which an object has one at most. */
  readonly apart?: readonly string[];
  /** Whether it is the address of a file that Pylon fetches. */
  readonly url?: true;
  /** Whether it goes into the query, each element of a list by itself. */
  readonly query?: true;
  /** Whether it has custom fields as the mirror shows them: an object of texts and lists by slug. */
  readonly fields?: true;
}

/** How to find out whether an action was done if its answer was lost. */
export type Trace =
  /** There is a child of the record, no older than the edit, with the parameter's text in `html`. */
  | {
      readonly by: 'child';
      /** Resource name of the child. */
      readonly resource: string;
      readonly html: string;
      /** The field with the child's time of creation. */
      readonly time: string;
      readonly parameter: string;
    }
  /** The record has a child for each object in the parameter's list: with its text in `html`, at its time if it has one. */
  | {
      readonly by: 'children';
      /** Resource name of the children. */
      readonly resource: string;
      readonly html: string;
      readonly time: string;
      readonly parameter: string;
    }
  /** No object in a list of the record has these values: parameters by the object's fields. */
  | {
      readonly by: 'unlisted';
      readonly list: string;
      readonly where: Readonly<Record<string, string>>;
    };

/** How to find out whether an action made a record if its answer was lost. */
export interface Finding {
  /** A search, and the parameter whose value it filters by: an instant, or a text. */
  readonly search: string;
  readonly filter: string;
  /** The parameters whose values identify a record together: columns of the same names show them. */
  readonly by: readonly string[];
  /** A parameter that identifies a record alone: its value is one for the path of the resource's `get`. */
  readonly key?: string;
}

/** An operation on a record that is not a column: a function in SQL, a request to Pylon. */
export interface Action {
  /** The function's name in schema `pylon`. */
  readonly name: string;
  readonly comment: string;
  /** The parameter that names the record, the first one; absent if the action makes one. */
  readonly record?: string;
  /** Of an action that makes a record of the resource: how to find it. `address`: it makes a file with an address. */
  readonly makes?: Finding | 'address';
  /** Whether the request is a form with files, not JSON. */
  readonly form?: true;
  /** Parameters of which exactly one must be given. */
  readonly oneOf?: readonly string[];
  /** By a parameter, another one that must be given with it. */
  readonly needs?: Readonly<Record<string, string>>;
  /** Lists that have as many elements as the first one, where they are given. */
  readonly asMany?: readonly string[];
  /** A parameter by which Pylon recognises what it has already: with it, the action is repeatable. */
  readonly repeatableWith?: string;
  /** The field of the body that names the record too. */
  readonly recordField?: string;
  /** The kind that `PYLON_SYNC_ALLOW` must include. */
  readonly allow: Allowed;
  readonly parameters: readonly Parameter[];
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  /** `{id}` is the record, other placeholders are parameters. */
  readonly route: string;
  /** Fields that are always sent. */
  readonly constant?: Readonly<Record<string, unknown>>;
  /** Whether the answer is the record itself; otherwise the record and its children are read again. */
  readonly answersRecord: boolean;
  /**
   * Whether doing it twice has the same effect as once. If not, it is never sent again after a lost answer:
   * unless `trace` finds it, a person has to decide.
   */
  readonly repeatable: boolean;
  readonly trace?: Trace;
  /**
   * Whether the answer is kept with its edit (`remote`), because it has values that cannot be read otherwise.
   */
  readonly keepsAnswer?: true;
  /**
   * The parameter that names records of the same resource that Pylon merges into this one, which deletes
   * them.
   */
  readonly merges?: string;
}

/** A required parameter. */
export const required = (name: string): Parameter => ({ name, type: 'text' });

/** An optional parameter. */
export const optional = (name: string, type: Parameter['type'] = 'text'): Parameter => ({
  ...{ name, type },
  optional: true,
});

/** A parameter with a list of objects. */
export const objects = (name: string, members: readonly Parameter[]): Parameter => ({
  ...{ name, type: 'jsonb', members },
  many: true,
});

/** Custom fields by slug, as the mirror shows them. */
export const customFields: Parameter = { ...optional('custom_fields', 'jsonb'), fields: true };

/** A parameter that the path names, and the body does not; the resource whose record it names. */
export const inPath = (name: string, of: string): Parameter => ({ name, type: 'text', field: null, of });

/** A parameter that names records of a resource. */
export const referring = (of: string, parameter: Parameter): Parameter => ({ ...parameter, of });

/** What uploaded files are called where a parameter names them: by address, or by the edit that uploads them. */
export const FILES = 'attachments';

/** Addresses of files to attach. */
export const attachmentUrls: Parameter = referring(FILES, optional('attachment_urls', 'text[]'));

/** The address of a file that Pylon fetches. */
export const fileUrl: Parameter = { ...optional('file_url'), url: true };
