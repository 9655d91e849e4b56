import { eq, sql } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';
import { settings } from '../tables.ts';

/** A value of `pylon_sync.settings`, by its key; undefined if it is not set. */
export async function readSetting<T>(db: Executor, key: string): Promise<T | undefined> {
  const rows = await db.select({ value: settings.value }).from(settings).where(eq(settings.key, key));
  return rows[0]?.value as T | undefined;
}

/** Sets a value of `pylon_sync.settings`. Writes nothing if it is unchanged. */
export async function writeSetting(db: Executor, key: string, value: unknown): Promise<void> {
  await db.execute(sql`
    INSERT INTO pylon_sync.settings (key, value) VALUES (${key}, ${JSON.stringify(value)}::jsonb)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()
                                WHERE settings.value IS DISTINCT FROM excluded.value`);
}

/** Sets some members of an object in `pylon_sync.settings`; the others stay. Writes nothing if they are unchanged. */
export async function mergeSetting(
  db: Executor,
  key: string,
  members: Readonly<Record<string, unknown>>,
): Promise<void> {
  await db.execute(sql`
    INSERT INTO pylon_sync.settings (key, value) VALUES (${key}, ${JSON.stringify(members)}::jsonb)
        ON CONFLICT (key) DO UPDATE SET value = settings.value || excluded.value, updated_at = now()
                                WHERE settings.value || excluded.value IS DISTINCT FROM settings.value`);
}
