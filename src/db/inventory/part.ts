/** The kinds of objects in a database of this version, in the order in which they are created. */
export const KINDS = [
  'schema',
  'table',
  'column',
  'constraint',
  'index',
  'trigger',
  'function',
  'view',
  'policy',
] as const;
export type PartKind = (typeof KINDS)[number];

/** One object of a database of this version. */
export interface Part {
  readonly kind: PartKind;
  readonly schema: string;
  /** The table that it belongs to, or is; empty if it belongs to none. */
  readonly table: string;
  readonly name: string;
}

/** A part that a migration creates, with the statement that creates it again. */
export interface MadePart extends Part {
  readonly sql: string;
}

export const keyOf = ({ kind, schema, table, name }: Part): string =>
  [kind, schema, kind === 'index' ? '' : table, name].join(' ');

/** The part's name for people, e.g. `column pylon.issues.title`. */
export function nameOf({ kind, schema, table, name }: Part): string {
  if (kind === 'schema') return `schema ${schema}`;
  const isPart = kind === 'column' || kind === 'constraint' || kind === 'trigger' || kind === 'policy';
  return `${kind} ${isPart ? `${schema}.${table}.${name}` : `${schema}.${name}`}`;
}
