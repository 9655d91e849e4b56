import type pg from 'pg';
import { resources } from '../../resources/index.ts';
import { identifier } from '../capture/names.ts';
import { type Pool, readStatement } from '../connection/atomic.ts';
import { sqlState } from '../connection/sql-state.ts';

/** The publication that replicas, warehouses and change capture subscribe to. */
export const PUBLICATION = 'pylon';

/** The published tables: the mirror, and the others that views read. Their names need no quotes. */
export const published: readonly string[] = [
  ...resources.map(({ name }) => `pylon.${name}`),
  ...['pylon_sync.runs', 'pylon_sync.audits', 'pylon_sync.changes'],
];

/** SQLSTATE if this user may not create in the database, or does not own a table. */
const DENIED = '42501';

/**
 * Creates the publication, or adds missing tables, within a migration's transaction. Returns false if this database
 * user may not; a user who may can run `docs/publication.sql`.
 */
export async function installPublication(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ exists: boolean; missing: readonly string[] }>(
    `SELECT EXISTS (SELECT FROM pg_publication WHERE pubname = $1) AS exists,
            ARRAY(SELECT name FROM unnest($2::text[]) AS name
                   WHERE name NOT IN (SELECT schemaname || '.' || tablename FROM pg_publication_tables WHERE pubname = $1)) AS missing`,
    [PUBLICATION, published],
  );
  const [{ exists, missing } = { exists: false, missing: published }] = rows;
  if (missing.length === 0) return true;
  const statement = exists
    ? `ALTER PUBLICATION ${identifier(PUBLICATION)} ADD TABLE ${missing.join(', ')}`
    : `CREATE PUBLICATION ${identifier(PUBLICATION)} FOR TABLE ${missing.join(', ')} WITH (publish = 'insert, update, delete')`;
  await client.query('SAVEPOINT publication');
  try {
    await client.query(statement);
    await client.query('RELEASE SAVEPOINT publication');
    return true;
  } catch (error) {
    if (sqlState(error) !== DENIED) throw error;
    await client.query('ROLLBACK TO SAVEPOINT publication');
    return false;
  }
}

/** Whether the database publishes all these tables. */
export async function isPublished(pool: Pool): Promise<boolean> {
  const { rows } = await readStatement<{ count: number }>(
    pool,
    'SELECT count(*)::integer AS count FROM pg_publication_tables WHERE pubname = $1',
    [PUBLICATION],
  );
  return (rows[0]?.count ?? 0) >= published.length;
}
