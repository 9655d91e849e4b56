import pg from 'pg';
import { type MappedRow, ownColumns } from '../../src/db/row/row.ts';
import { issues } from '../../src/resources/issues.ts';
import { clientOf, mappedPages } from '../pages.ts';
import type { Method } from './method.ts';

const COLUMNS = [...ownColumns(issues.table).map(({ name }) => name), '_extra', '_hash'];
const UPSERT = `
  INSERT INTO pylon.issues (${COLUMNS.map((name) => `"${name}"`).join(', ')})
  VALUES (${COLUMNS.map((_, index) => `$${index + 1}`).join(', ')})
  ON CONFLICT (id) DO UPDATE SET ${COLUMNS.map((name) => `"${name}" = excluded."${name}"`).join(', ')}`;

const SIDE_BY_SIDE = 5;

const parameter = (value: unknown) =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : value;

/** One statement a row, five side by side, each five awaited together: as stripe-sync-engine writes. */
export const rowByRow: Method = {
  name: 'one row a statement, five side by side',
  prepare: async (sandbox) => async (database) => {
    const pylon = clientOf(sandbox);
    const pool = new pg.Pool({ connectionString: database, max: SIDE_BY_SIDE });
    const upsert = (row: MappedRow) =>
      pool.query(UPSERT, [...row.values, row.extra, row.hash].map(parameter));
    let count = 0;
    for await (const { rows } of mappedPages(pylon)) {
      for (let from = 0; from < rows.length; from += SIDE_BY_SIDE) {
        await Promise.all(rows.slice(from, from + SIDE_BY_SIDE).map(upsert));
      }
      count += rows.length;
    }
    await pool.end();
    await pylon.close();
    return count;
  },
};
