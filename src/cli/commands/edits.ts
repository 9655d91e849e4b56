import type { Command } from 'commander';
import type { Database } from '../../db/connection/connect.ts';
import { type Decision, findEdits } from '../../db/edits/decisions.ts';
import { namesOf } from '../../db/edits/names.ts';
import { nameOf } from '../../edits/merge.ts';
import { PermanentError, UsageError } from '../../errors.ts';
import { toJson } from '../../exact.ts';
import { addFilters, addId, chosenBy, type EditFlags, filterOf } from '../args/edits-options.ts';
import { wholeOption } from '../args/options.ts';
import { commandName } from '../process/called.ts';
import type { Run, Shell } from '../process/shell.ts';
import { editsTable } from '../render/edits-table.ts';
import { editText, fieldsOf, remoteOf } from '../render/edits-text.ts';
import { withDatabase } from '../runtime/database.ts';
import { requireMigrations } from '../runtime/migrated.ts';
import { setUp } from '../runtime/setup.ts';
import { decideEdits, unlessDecidable } from './edits-decide.ts';

const DEFAULT_LIMIT = 100;

interface DecideFlags extends EditFlags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly local?: boolean;
  readonly pylon?: boolean;
}

/** The commands about edits. They use the database alone, without Pylon. */
export function addEdits(program: Command, run: Run): void {
  const edits = program.command('edits').description('look at edits made in SQL, and decide about them');
  const onEdits = (work: (db: Database, shell: Shell) => Promise<number>) =>
    run((shell) =>
      withDatabase(setUp(shell, { token: false }), async (db) => {
        await requireMigrations(db);
        return work(db, shell);
      }),
    );

  addFilters(edits.command('list').description('edits, the newest first'))
    .option('--limit <number>', 'how many to show', wholeOption('--limit', 1, 100_000), DEFAULT_LIMIT)
    .option('--json', 'as JSON')
    .action((flags: EditFlags & { readonly limit: number; readonly json?: boolean }) =>
      onEdits(async (db, shell) => {
        const { total, edits: found } = await findEdits(db.orm, filterOf(flags), flags.limit);
        const text = flags.json
          ? toJson(found, null, 2)
          : editsTable(found, total, await namesOf(db.orm, found));
        shell.stdout.write(`${text}\n`);
        return 0;
      }),
    );

  edits
    .command('show')
    .description('one edit: the base, the wanted and Pylon’s value of each field')
    .argument('<id>', 'the edit', wholeOption('an id', 1, 1e15 - 1))
    .option('--json', 'as JSON')
    .action((id: number, flags: { readonly json?: boolean }) =>
      onEdits(async (db, shell) => {
        const [edit] = (await findEdits(db.orm, { ids: [id] }, 1)).edits;
        if (edit === undefined) throw new PermanentError(`there is no edit ${id}`);
        const fields = fieldsOf(edit).map((field) => ({
          field: nameOf(field),
          base: field.base ?? null,
          local: field.wanted ?? null,
          pylon: remoteOf(edit, field) ?? null,
          held: edit.held?.includes(nameOf(field)) ?? false,
        }));
        const text = flags.json
          ? toJson({ ...edit, fields }, null, 2)
          : editText(edit, Date.now(), commandName(shell));
        shell.stdout.write(`${text}\n`);
        return 0;
      }),
    );

  const deciding = (name: string, description: string, decisionOf: (flags: DecideFlags) => Decision) => {
    const command = edits
      .command(name)
      .description(description)
      .argument('[id...]', 'edits by their ids', addId);
    if (name === 'resolve')
      command
        .option('--local', 'send the local values, whatever Pylon has')
        .option('--pylon', 'keep Pylon’s values');
    addFilters(command)
      .option('--dry-run', 'only count them')
      .option('--json', 'as JSON')
      .action((ids: readonly number[] | undefined, flags: DecideFlags) => {
        const decision = decisionOf(flags);
        const filter = chosenBy(flags, ids ?? []);
        unlessDecidable(name, decision, filter);
        const options = { decision, filter, dryRun: flags.dryRun === true, asJson: flags.json === true };
        return onEdits((db, shell) => decideEdits(db, shell, options));
      });
  };
  deciding('retry', 'retry edits that failed or are in conflict', () => 'retry');
  deciding('discard', 'drop edits: their rows show Pylon’s values again', () => 'discard');
  deciding('approve', 'approve drafts, so that they are sent', () => 'approve');
  deciding('resolve', 'say which side wins where both changed the same field', ({ local, pylon }) => {
    if (local === pylon) throw new UsageError('`edits resolve` takes either --local or --pylon');
    return local === true ? 'local' : 'pylon';
  });
}
