import { randomUUID } from 'node:crypto';
import type { TestDatabase } from './database.ts';

/** Runs work with a login that is a member of a role and is gone afterwards. */
export async function withLogin<T>(
  { url, pool }: TestDatabase,
  role: string,
  work: (login: { readonly name: string; readonly url: string }) => Promise<T>,
): Promise<T> {
  const name = `person_${randomUUID().replaceAll('-', '')}`;
  await pool.query(`CREATE ROLE ${name} LOGIN PASSWORD 'secret' IN ROLE ${role}`);
  const own = new URL(url);
  own.username = name;
  own.password = 'secret';
  try {
    return await work({ name, url: own.href });
  } finally {
    await pool.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
  }
}
