/** Kinds of edits, as far as one can allow them apart (`PYLON_SYNC_ALLOW`). */
export const ALLOWED = ['update', 'create', 'delete', 'message'] as const;
export type Allowed = (typeof ALLOWED)[number];

/** A parameter of an action's function. */
export interface Parameter {
  readonly name: string;
  readonly type: 'text' | 'text[]' | 'timestamptz' | 'boolean' | 'jsonb';
  /** Where it goes: a field of the body (default: of its name), or only into the path. */
  readonly field?: string | null;
  readonly optional?: true;
  /** The resource whose record, or records, it names: whoever calls must see them, where row security is on. */
  readonly of?: string;
}

/** How it is seen that an action was done whose answer was lost. */
export type Trace =
  /** A child of the record, as new as the edit, says in `html` what the parameter says. */
  | {
      readonly by: 'child';
      /** Resource name of the child. */
      readonly resource: string;
      readonly html: string;
      /** The field that says when the child was made. */
      readonly time: string;
      readonly parameter: string;
    }
  /** No object in a list of the record has these values: parameters by the object's fields. */
  | {
      readonly by: 'unlisted';
      readonly list: string;
      readonly where: Readonly<Record<string, string>>;
    };

/** Something Pylon does with a record that is no column: a function in SQL, a request to Pylon. */
export interface Action {
  /** The function's name in schema `pylon`. */
  readonly name: string;
  readonly comment: string;
  /** The parameter that names the record, the first one. */
  readonly record: string;
  /** The field of the body that names the record too. */
  readonly recordField?: string;
  /** What lets it be sent (`PYLON_SYNC_ALLOW`). */
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
   * Whether doing it twice is as good as once. What is not is never sent again once an answer was lost: a person
   * has to look, where no trace tells.
   */
  readonly repeatable: boolean;
  readonly trace?: Trace;
  /** Whether the answer is kept with its edit (`remote`), since it has what nothing else tells. */
  readonly keepsAnswer?: true;
  /** The parameter that names records of the same resource which Pylon merges into this one: they are gone then. */
  readonly merges?: string;
}

/** A parameter that has to be given. */
export const required = (name: string): Parameter => ({ name, type: 'text' });

/** A parameter that may be left out. */
export const optional = (name: string, type: Parameter['type'] = 'text'): Parameter => ({
  ...{ name, type },
  optional: true,
});

/** A parameter that the path names, and the body does not; the resource whose record it names. */
export const inPath = (name: string, of: string): Parameter => ({ name, type: 'text', field: null, of });

/** A parameter that names records of a resource. */
export const referring = (of: string, parameter: Parameter): Parameter => ({ ...parameter, of });
