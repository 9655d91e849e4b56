import { type Pool, readStatement } from '../connection/atomic.ts';

/** The major version of the server, e.g. 14. */
export async function serverMajor(pool: Pool): Promise<number> {
  const { rows } = await readStatement<{ number: number }>(
    pool,
    "SELECT current_setting('server_version_num')::integer AS number",
  );
  return Math.floor((rows[0]?.number ?? 0) / 10_000);
}
