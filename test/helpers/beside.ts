import pg from 'pg';
import type { TestDatabase } from './database.ts';

/** Runs work with one more connection, known by a name, which ends with the work whatever happens. */
export async function beside<T>(
  { url }: TestDatabase,
  application: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: application });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Runs work with a role that may use the mirror's schemas and is gone afterwards: roles belong to the server. */
export async function withRole<T>(
  { pool }: TestDatabase,
  role: string,
  work: (role: string) => Promise<T>,
): Promise<T> {
  await pool.query(`CREATE ROLE ${role}; GRANT USAGE ON SCHEMA pylon, pylon_bi TO ${role}`);
  try {
    return await work(role);
  } finally {
    await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
}
