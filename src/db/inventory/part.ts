/** Kinds of what a database of this version has, in the order in which it is made. */
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

/** One thing that a database of this version has. */
export interface Part {
  readonly kind: PartKind;
  readonly schema: string;
  /** The table that it is part of, or is; empty for what belongs to none. */
  readonly table: string;
  readonly name: string;
}

/** One that a migration makes, and how it is made again. */
export interface MadePart extends Part {
  readonly sql: string;
}

export const keyOf = ({ kind, schema, table, name }: Part): string =>
  [kind, schema, kind === 'index' ? '' : table, name].join(' ');

/** For people: `column pylon.issues.title`. */
export function nameOf({ kind, schema, table, name }: Part): string {
  if (kind === 'schema') return `schema ${schema}`;
  const isPart = kind === 'column' || kind === 'constraint' || kind === 'trigger' || kind === 'policy';
  return `${kind} ${isPart ? `${schema}.${table}.${name}` : `${schema}.${name}`}`;
}
