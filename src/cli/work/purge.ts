import { type Purged, purge } from '../../db/retention/purge.ts';
import { plural } from '../../format.ts';
import { resourceNamed } from '../../resources/index.ts';
import type { Shell } from '../process/shell.ts';
import { withMigrated } from '../runtime/migrated.ts';
import { setUp } from '../runtime/setup.ts';

/** What `purge` is given. */
export interface PurgeFlags {
  readonly record: string;
  /** Names of resources. */
  readonly resource?: readonly string[];
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Erases what is kept of a deleted record. Returns the exit status. */
export async function runPurge(
  shell: Shell,
  { record, resource, dryRun = false, json = false }: PurgeFlags,
): Promise<number> {
  const which = resource?.map(resourceNamed);
  return withMigrated(setUp(shell, { token: false }), async (db) => {
    const purged = await purge(db, record, { which, dryRun });
    shell.stdout.write(
      json ? `${JSON.stringify({ dry_run: dryRun, ...purged }, null, 2)}\n` : text(purged, dryRun),
    );
    return 0;
  });
}

function text({ rows, edits, rejected, changes }: Purged, dryRun: boolean): string {
  const parts = [
    ...Object.entries(rows).map(([name, count]) => `${plural(count, 'row')} of ${name}`),
    ...(edits > 0 ? [plural(edits, 'edit')] : []),
    ...(rejected > 0 ? [plural(rejected, 'rejected record')] : []),
    ...(changes > 0 ? [plural(changes, 'change')] : []),
  ];
  const what = parts.length === 0 ? 'nothing that was not erased already' : parts.join(', ');
  return `${dryRun ? 'would erase' : 'erased'}: ${what}\n`;
}
