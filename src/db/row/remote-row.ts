import pg from 'pg';
import type { Values } from '../../edits/merge.ts';
import { parseJson } from '../../exact.ts';
import type { PathFacts, Resource } from '../../resources/define.ts';
import { isReject, jsonColumns, type Reject, type Row, rowMapper } from './row.ts';

const TEXT_ARRAY = 1009 as Parameters<typeof pg.types.getTypeParser>[0];
const readArray = pg.types.getTypeParser(TEXT_ARRAY) as (literal: string) => unknown;

/** What Pylon holds of one record: as its table takes it, and as edits are compared with it. */
export interface RemoteRow {
  readonly row: Row;
  /** The values of the row's columns, as JSON has them. */
  readonly values: Values;
}

const mappers = new WeakMap<Resource, ReturnType<typeof rowMapper>>();

/** Maps one object of Pylon's; a `Reject` where it cannot be a row. Never throws. */
export function remoteRow(resource: Resource, object: unknown, facts: PathFacts): RemoteRow | Reject {
  const toRow = mappers.get(resource) ?? rowMapper(resource);
  mappers.set(resource, toRow);
  const row = toRow(object, facts);
  return isReject(row) ? row : { row, values: columnsIn(resource, row) };
}

/** Parses the JSON of a row into values by column. */
export function columnsIn(resource: Resource, { json }: Pick<Row, 'json'>): Values {
  const values = parseJson(json) as unknown[];
  return Object.fromEntries(
    jsonColumns(resource).map(({ name, type }, index) => {
      const value = values[index];
      return [name, type === 'text[]' && typeof value === 'string' ? readArray(value) : value];
    }),
  );
}
