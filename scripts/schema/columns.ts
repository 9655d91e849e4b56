import { getTableColumns } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { writableColumns } from '../../src/edits/body.ts';
import { PROVISIONAL } from '../../src/edits/provisional.ts';
import type { Resource } from '../../src/resources/define.ts';
import { columnWords } from '../../src/resources/words.ts';
import { factsIn } from '../../src/route.ts';

/** The kinds of columns that tables of the mirror have. */
export type ColumnKind = 'text' | 'texts' | 'instant' | 'whole' | 'big' | 'truth' | 'json';

const KINDS: Readonly<Record<string, ColumnKind>> = {
  PgText: 'text',
  PgArray: 'texts',
  PgTimestampString: 'instant',
  PgBigInt53: 'whole',
  PgBigInt64: 'big',
  PgBoolean: 'truth',
  PgJsonb: 'json',
};

/** A column of the mirror, for programs of others. */
export interface Described {
  readonly name: string;
  readonly words: string;
  readonly kind: ColumnKind;
  readonly isKey: boolean;
  readonly isNotNull: boolean;
  /** The default in SQL; absent where there is none. */
  readonly default?: string;
  /** What a statement may do with it. */
  readonly insert: 'required' | 'optional' | 'never';
  readonly update: 'value' | 'value or null' | 'never';
}

/** Defaults that the definition of a table has no SQL for. */
const DEFAULTS: Readonly<Record<string, string>> = { _synced_at: 'now()', _order: '0' };

function defaultOf(resource: Resource, name: string, given: unknown): string | undefined {
  if (name === 'id') {
    const isInserted = resource.writes?.create !== undefined;
    return isInserted ? `'${PROVISIONAL}' || gen_random_uuid()` : undefined;
  }
  if (typeof given === 'string') return `'${given}'`;
  if (given === undefined) return undefined;
  const known = DEFAULTS[name];
  if (known === undefined) throw new TypeError(`${resource.name}.${name}: no SQL of its default is known`);
  return known;
}

/**
 * The columns of a resource's table in its order.
 *
 * @throws TypeError for a kind of column or a default that is new here.
 */
export function describedColumns(resource: Resource): readonly Described[] {
  const { writes, table } = resource;
  const words = columnWords(resource);
  const facts = factsIn(writes?.create?.path ?? '');
  const required = [...facts, ...(writes?.create?.required ?? [])];
  const inserted = [...facts, ...writableColumns(writes, 'create')];
  const updated = writableColumns(writes, 'update');
  return Object.entries(getTableColumns(table) as Readonly<Record<string, PgColumn>>).map(
    ([name, column]) => {
      const kind = KINDS[column.columnType];
      if (kind === undefined)
        throw new TypeError(`${resource.name}.${name}: ${column.columnType} is new here`);
      const sql = defaultOf(resource, name, column.default);
      const empties = writes?.columns[name]?.empty !== undefined;
      return {
        ...{ name, kind, words: words[name] ?? '', isKey: column.primary, isNotNull: column.notNull },
        ...(sql === undefined ? {} : { default: sql }),
        insert: required.includes(name) ? 'required' : inserted.includes(name) ? 'optional' : 'never',
        update: updated.includes(name) ? (empties ? 'value or null' : 'value') : 'never',
      };
    },
  );
}
