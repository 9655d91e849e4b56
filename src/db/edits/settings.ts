import { sql } from 'drizzle-orm';
import type { Database } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';

/** The settings that the triggers read. */
export interface EditSettings {
  /** The allowed operations, of `update`, `create`, `delete`, `message`, `import`. */
  readonly allow: readonly string[];
  /** If a transaction makes more edits than this, they become drafts. */
  readonly editGuard: number;
}

/** Publishes to the triggers which edits this daemon sends. */
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
