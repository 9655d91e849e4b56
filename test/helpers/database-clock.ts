import type pg from 'pg';

/** Gives the sessions that begin from here on a clock that can be set, as an administrator sets a machine's. */
export async function settableClock(pool: pg.Pool): Promise<(by: string) => Promise<void>> {
  await pool.query(`
    CREATE SCHEMA skewed;
    CREATE TABLE skewed.by (interval interval);
    INSERT INTO skewed.by VALUES ('0');
    CREATE FUNCTION skewed.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
      'SELECT pg_catalog.clock_timestamp() + interval FROM skewed.by';
    DO $$ BEGIN
      EXECUTE format('ALTER DATABASE %I SET search_path = skewed, pg_catalog, public', current_database());
    END $$`);
  return async (by) => void (await pool.query('UPDATE skewed.by SET interval = $1', [by]));
}
