import type { Command } from 'commander';
import type { Decision } from '../../db/edits/decisions.ts';
import { UsageError } from '../../errors.ts';
import { addFilters, addId, chosenBy, type EditFlags, filterOf } from '../args/edits-options.ts';
import { wholeOption } from '../args/options.ts';
import type { Run } from '../process/shell.ts';

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

  addFilters(edits.command('list').description('edits, the newest first'))
    .option('--limit <number>', 'how many to show', wholeOption('--limit', 1, 100_000), DEFAULT_LIMIT)
    .option('--json', 'as JSON')
    .action((flags: EditFlags & { readonly limit: number; readonly json?: boolean }) =>
      run(async (shell) => {
        const { runList } = await import('../work/edits.ts');
        return runList(shell, { filter: filterOf(flags), limit: flags.limit, asJson: flags.json === true });
      }),
    );

  edits
    .command('show')
    .description('one edit: the base, the wanted and Pylon’s value of each field')
    .argument('<id>', 'the edit', wholeOption('an id', 1, 1e15 - 1))
    .option('--json', 'as JSON')
    .action((id: number, flags: { readonly json?: boolean }) =>
      run(async (shell) =>
        (await import('../work/edits.ts')).runShow(shell, { id, asJson: flags.json === true }),
      ),
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
      .action((ids: readonly number[] | undefined, flags: DecideFlags) =>
        run(async (shell) => {
          const decision = decisionOf(flags);
          const filter = chosenBy(flags, ids ?? []);
          const options = { decision, filter, dryRun: flags.dryRun === true, asJson: flags.json === true };
          return (await import('../work/edits.ts')).runDecide(shell, name, options);
        }),
      );
  };
  deciding('retry', 'retry edits that failed or are in conflict', () => 'retry');
  deciding('discard', 'drop edits: their rows show Pylon’s values again', () => 'discard');
  deciding('approve', 'approve drafts, so that they are sent', () => 'approve');
  deciding('resolve', 'say which side wins where both changed the same field', ({ local, pylon }) => {
    if (local === pylon) throw new UsageError('`edits resolve` takes either --local or --pylon');
    return local === true ? 'local' : 'pylon';
  });
}
