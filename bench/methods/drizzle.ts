import { getTableColumns, sql } from 'drizzle-orm';
import { connect } from '../../src/db/connection/connect.ts';
import { changing } from '../../src/db/lease/transaction.ts';
import { type MappedRow, ownColumns } from '../../src/db/row/row.ts';
import { issues } from '../../src/resources/issues.ts';
import { clientOf, type MappedPage, mappedPages } from '../pages.ts';
import type { Method } from './method.ts';

const { table } = issues;
const OWN = ownColumns(table);
const WRITTEN = [...OWN.map(({ name }) => name), '_extra', '_hash'];

/** As many rows as a statement has parameters for. */
const CHUNK = Math.floor(65_535 / Object.keys(getTableColumns(table)).length);

/** A row as Drizzle takes it: arrays as arrays. */
function record(row: MappedRow, object: unknown): typeof table.$inferInsert {
  const values = OWN.map(({ name, type }, index) => {
    const isArray = type === 'text[]' && row.values[index] !== null;
    return [name, isArray ? (object as Record<string, unknown>)[name] : row.values[index]];
  });
  return { ...Object.fromEntries(values), id: row.id, _extra: row.extra, _hash: row.hash };
}

const records = ({ objects, rows }: MappedPage) => {
  const byId = new Map(objects.map((object) => [(object as { id?: unknown }).id, object]));
  return rows.map((row) => record(row, byId.get(row.id)));
};

/** Drizzle's own upsert, every row written every time. */
export const drizzleUpsert: Method = {
  name: "Drizzle's onConflictDoUpdate",
  prepare: async (sandbox) => async (database) => {
    const pylon = clientOf(sandbox);
    const db = await connect(database);
    const set = Object.fromEntries(
      WRITTEN.filter((name) => name !== 'id').map((name) => [name, sql`excluded.${sql.identifier(name)}`]),
    );
    let count = 0;
    for await (const page of mappedPages(pylon)) {
      const values = records(page);
      for (let from = 0; from < values.length; from += CHUNK) {
        await changing(db, (tx) =>
          tx
            .insert(table)
            .values(values.slice(from, from + CHUNK))
            .onConflictDoUpdate({ target: table.id, set }),
        );
      }
      count += values.length;
    }
    await db.close();
    await pylon.close();
    return count;
  },
};
