import type pg from 'pg';

/** A row that someone wrote in the daemon's schemas. */
export interface Write {
  readonly id: number;
  /** `application_name` of the session. */
  readonly by: string;
  readonly what: string;
  /** Whether its transaction was marked as the daemon's own, which only a fenced one is. */
  readonly fenced: boolean;
}

/** From here on every row that is written in `pylon` and `pylon_sync` is noted, with its writer. */
export async function recordWrites(pool: pg.Pool): Promise<() => Promise<readonly Write[]>> {
  await pool.query(`
    CREATE TABLE public.writes (id integer GENERATED ALWAYS AS IDENTITY, by text, what text, fenced boolean);
    CREATE FUNCTION public.note_write() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO public.writes (by, what, fenced) VALUES (
        current_setting('application_name'),
        TG_OP || ' ' || TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME,
        coalesce(current_setting('pylon_sync.daemon', true), '') = 'on');
      RETURN NULL;
    END $$;
    DO $$
    DECLARE watched regclass;
    BEGIN
      FOR watched IN SELECT oid FROM pg_class
                      WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('pylon', 'pylon_sync')
      LOOP
        EXECUTE format('CREATE TRIGGER note_write AFTER INSERT OR UPDATE OR DELETE ON %s
                        FOR EACH ROW EXECUTE FUNCTION public.note_write()', watched);
      END LOOP;
    END $$`);
  return async () => (await pool.query<Write>('SELECT * FROM public.writes ORDER BY id')).rows;
}

/** The same database under a name of its own among the sessions. */
export function withApplicationName(url: string, application: string): string {
  const named = new URL(url);
  named.searchParams.set('application_name', application);
  return named.href;
}
