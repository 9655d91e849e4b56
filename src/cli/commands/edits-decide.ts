import type { Database } from '../../db/connection/connect.ts';
import { chooseEdits, type Decision, decide, type EditFilter } from '../../db/edits/decisions.ts';
import { changing } from '../../db/lease/transaction.ts';
import type { State } from '../../edits/states.ts';
import { movable } from '../../edits/states.ts';
import { UsageError } from '../../errors.ts';
import { plural } from '../../format.ts';
import type { Shell } from '../process/shell.ts';

/** What each decision is for: states it moves edits from, and how that is told. */
const DECISIONS: Readonly<Record<Decision, { from: readonly State[]; would: string; done: string }>> = {
  retry: { from: movable('retry'), would: 'try again', done: 'trying again' },
  discard: { from: movable('discard'), would: 'discard', done: 'discarded' },
  approve: { from: movable('approve'), would: 'approve', done: 'approved' },
  local: { from: ['conflict'], would: 'send all the same', done: 'sending all the same' },
  pylon: { from: ['conflict'], would: 'drop for Pylon’s value', done: 'dropped for Pylon’s value' },
};

/**
 * Fails where only states are meant that nothing can be decided of.
 *
 * @throws UsageError naming them, and those that can be.
 */
export function unlessDecidable(command: string, decision: Decision, { states = [] }: EditFilter): void {
  const { from } = DECISIONS[decision];
  if (states.length === 0 || from.some((state) => states.includes(state))) return;
  const given = states.map((state) => `--state ${state}`).join(' ');
  throw new UsageError(`${given}: \`edits ${command}\` takes edits in state ${from.join(', ')}`);
}

/** Edits a transaction: rows are not held for long, however many are decided about. */
const PART = 1_000;

/** The newest edits are dropped first, so that each goes back to the one before it. */
async function decideInParts(db: Database, decision: Decision, ids: readonly number[]): Promise<number> {
  const isDropping = decision === 'discard' || decision === 'pylon';
  const ordered = isDropping ? ids.toReversed() : ids;
  let moved = 0;
  // Once where there are none, too: whoever may not decide is told that first.
  for (let from = 0; from === 0 || from < ordered.length; from += PART)
    moved += await changing(db, (tx) => decide(tx, decision, ordered.slice(from, from + PART)));
  return moved;
}

export interface DecideOptions {
  readonly decision: Decision;
  readonly filter: EditFilter;
  readonly dryRun: boolean;
  readonly asJson: boolean;
}

/**
 * Does what a person decided of edits, or counts them. Ids that were named and cannot be moved are told with the
 * reason: exit status 3, or 1 where none could be. What a filter finds besides is no failure.
 */
export async function decideEdits(
  db: Database,
  shell: Pick<Shell, 'stdout' | 'stderr'>,
  { decision, filter, dryRun, asJson }: DecideOptions,
): Promise<number> {
  const { from, would, done } = DECISIONS[decision];
  const found = await chooseEdits(db.orm, filter);
  const fit = found.filter(({ state }) => from.includes(state));
  const moved = dryRun
    ? fit.length
    : await decideInParts(
        db,
        decision,
        fit.map(({ id }) => id),
      );
  const left = (filter.ids ?? []).flatMap((id) => {
    const edit = found.find((one) => one.id === id);
    if (edit === undefined) return [{ id, reason: 'there is no such edit among those that are meant' }];
    return from.includes(edit.state) ? [] : [{ id, reason: `it is ${edit.state}, not ${from.join(' or ')}` }];
  });
  const byResource: Record<string, number> = {};
  for (const { resource } of fit) byResource[resource] = (byResource[resource] ?? 0) + 1;
  if (asJson)
    shell.stdout.write(
      `${JSON.stringify({ decision, dry_run: dryRun, edits: moved, by_resource: byResource, left }, null, 2)}\n`,
    );
  else {
    const where = Object.entries(byResource).map(([resource, count]) => `${resource} ${count}`);
    const of = where.length === 0 ? '' : ` (${where.join(', ')})`;
    shell.stdout.write(
      dryRun ? `would ${would}: ${plural(moved, 'edit')}${of}\n` : `${done}: ${plural(moved, 'edit')}${of}\n`,
    );
  }
  for (const { id, reason } of left) shell.stderr.write(`pylon-sync: edit ${id}: ${reason}\n`);
  const lost = fit.length - moved;
  if (lost > 0)
    shell.stderr.write(
      `pylon-sync: ${plural(lost, 'edit')} left alone: the record is gone from Pylon, or somebody else was first\n`,
    );
  if (left.length + lost === 0) return 0;
  return moved === 0 ? 1 : 3;
}
