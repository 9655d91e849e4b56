import type { Command } from 'commander';
import { type Purged, purge } from '../../db/retention/purge.ts';
import { plural } from '../../format.ts';
import type { Resource } from '../../resources/define.ts';
import { addResource } from '../args/options.ts';
import type { Run } from '../process/shell.ts';
import { withDatabase } from '../runtime/database.ts';
import { requireMigrations } from '../runtime/migrated.ts';
import { setUp } from '../runtime/setup.ts';

interface PurgeFlags {
  readonly record: string;
  readonly resource?: readonly Resource[];
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addPurge(program: Command, run: Run): void {
  program
    .command('purge')
    .description('erase all that is kept of a deleted record: its content, its edits and its child records')
    .requiredOption('--record <id>', 'the record')
    .option('--resource <name>', 'look only in this resource (may be repeated)', addResource)
    .option('--dry-run', 'only count')
    .option('--json', 'as JSON')
    .action(({ record, resource, dryRun = false, json = false }: PurgeFlags) =>
      run((shell) =>
        withDatabase(setUp(shell, { token: false }), async (db) => {
          await requireMigrations(db);
          const purged = await purge(db, record, { which: resource, dryRun });
          shell.stdout.write(
            json ? `${JSON.stringify({ dry_run: dryRun, ...purged }, null, 2)}\n` : text(purged, dryRun),
          );
          return 0;
        }),
      ),
    );
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
