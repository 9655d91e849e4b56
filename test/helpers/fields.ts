import { type Installed, type InstallOptions, installViews } from '../../src/db/bi/install.ts';
import { asDaemon, inDaemonTransaction } from './as-daemon.ts';
import type { TestDatabase } from './database.ts';

/** Defines custom fields: rows of id, object type, slug, type, label and options. */
export const define = ({ pool }: TestDatabase, values: string) =>
  asDaemon(
    pool,
    `INSERT INTO pylon.custom_fields (id, object_type, slug, type, label, select_metadata) VALUES ${values}`,
  );

/** Installs the views as the daemon does, each once and without waiting for others. */
export const install = ({ pool }: TestDatabase, options: InstallOptions = {}): Promise<Installed> =>
  installViews((work) => inDaemonTransaction(pool, work), { pausesMs: [], ...options });

/** A view's columns, in their order. */
export async function columnsOf({ pool }: TestDatabase, view: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    'SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 ORDER BY attnum',
    [`pylon_bi.${view}`],
  );
  return rows.map(({ name }) => name);
}
