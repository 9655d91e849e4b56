import { sql } from 'drizzle-orm';
import type { Database } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';

/** What the triggers go by. */
export interface EditSettings {
  /** Of `update`, `create`, `delete`, `message`. */
  readonly allow: readonly string[];
  /** More edits than this in one transaction become drafts. */
  readonly editGuard: number;
}

/** Tells the triggers what this daemon carries. */
export async function publishEditSettings(
  db: Database,
  lease: Lease,
  { allow, editGuard }: EditSettings,
): Promise<void> {
  const values = { allow, edit_guard: editGuard };
  await writing(db, lease, (tx) =>
    tx.execute(sql`
      INSERT INTO pylon_sync.settings (key, value) SELECT key, value FROM jsonb_each(${JSON.stringify(values)}::jsonb)
          ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()
                                  WHERE settings.value IS DISTINCT FROM excluded.value`),
  );
}
