import { quarantineEdits } from '../../db/edits/identity.ts';
import type { Context } from '../pass/context.ts';

/**
 * Notes which database this is, and turns what waits in a copy of it into drafts: by whoever first works on it, as
 * people may have edited it before anything was ever sent.
 */
export async function quarantine({ db, lease, log }: Context): Promise<void> {
  const drafts = await quarantineEdits(db, lease);
  if (drafts > 0)
    log.warn(
      { edits: drafts },
      'this database was copied or restored: its waiting edits are drafts until they are approved',
    );
}
