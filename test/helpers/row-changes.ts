import type pg from 'pg';

/** A value that a row came to show. */
export interface RowChange {
  readonly resource: string;
  readonly id: string;
  /** A column, or a custom field in it. */
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly by: 'daemon' | 'people';
}

/** From here on every change of what a row shows is noted, as a reader who never looks away would see it. */
export async function recordRowChanges(
  pool: pg.Pool,
  resources: readonly string[],
): Promise<() => Promise<readonly RowChange[]>> {
  await pool.query(`
    CREATE TABLE public.shown (n integer GENERATED ALWAYS AS IDENTITY, resource text, id text, field text,
                               before jsonb, after jsonb, by text);
    CREATE FUNCTION public.flat(row_ jsonb) RETURNS TABLE (field text, value jsonb) LANGUAGE sql AS $$
      SELECT key, value FROM jsonb_each(row_) WHERE key NOT LIKE '\\_%' AND key <> 'custom_fields'
      UNION ALL
      SELECT 'custom_fields.' || key, value
        FROM jsonb_each(CASE jsonb_typeof(row_->'custom_fields') WHEN 'object' THEN row_->'custom_fields' ELSE '{}' END)
    $$;
    CREATE FUNCTION public.note_shown() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO public.shown (resource, id, field, before, after, by)
      SELECT TG_TABLE_NAME, NEW.id, field, o.value, n.value,
             CASE current_setting('pylon_sync.daemon', true) WHEN 'on' THEN 'daemon' ELSE 'people' END
        FROM public.flat(to_jsonb(OLD)) AS o FULL JOIN public.flat(to_jsonb(NEW)) AS n USING (field)
       WHERE o.value IS DISTINCT FROM n.value;
      RETURN NULL;
    END $$`);
  for (const resource of resources)
    await pool.query(`CREATE TRIGGER note_shown AFTER UPDATE ON pylon.${resource}
                      FOR EACH ROW EXECUTE FUNCTION public.note_shown()`);
  return async () => (await pool.query<RowChange>('SELECT * FROM public.shown ORDER BY n')).rows;
}
