import type { Database } from '../../db/connection/connect.ts';
import { chooseEdits, type Decision, decide, type EditFilter } from '../../db/edits/decisions.ts';
import { changing } from '../../db/lease/transaction.ts';
import type { State } from '../../edits/states.ts';
import { movable } from '../../edits/states.ts';
import { UsageError } from '../../errors.ts';
import { plural } from '../../format.ts';
import type { Shell } from '../process/shell.ts';

/** For each decision: the states of the edits it applies to, and its words for the output. */
const DECISIONS: Readonly<Record<Decision, { from: readonly State[]; would: string; done: string }>> = {
  retry: { from: movable('retry'), would: 'try again', done: 'trying again' },
  discard: { from: movable('discard'), would: 'discard', done: 'discarded' },
  approve: { from: movable('approve'), would: 'approve', done: 'approved' },
  local: { from: ['conflict'], would: 'send anyway', done: 'sending anyway' },
  pylon: { from: ['conflict'], would: 'drop for Pylon’s value', done: 'dropped for Pylon’s value' },
};

/**
 * Checks that the decision applies to at least one of the states given.
 *
 * @throws UsageError naming the states given and those the command takes.
 */
export function unlessDecidable(command: string, decision: Decision, { states = [] }: EditFilter): void {
  const { from } = DECISIONS[decision];
  if (states.length === 0 || from.some((state) => states.includes(state))) return;
  const given = states.map((state) => `--state ${state}`).join(' ');
  throw new UsageError(`${given}: \`edits ${command}\` takes edits in state ${from.join(', ')}`);
}

/** Edits a transaction, so that rows are not locked for long. */
const PART = 1_000;

/**
 * Decides about edits, `PART` a transaction. Edits are dropped newest first, so that each row goes back to the edit
 * before. Returns how many were moved.
 */
async function decideInParts(db: Database, decision: Decision, ids: readonly number[]): Promise<number> {
  const isDropping = decision === 'discard' || decision === 'pylon';
  const ordered = isDropping ? ids.toReversed() : ids;
  let moved = 0;
  // Runs once even without ids, so that a user without the privilege gets the error.
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
 * Applies a person's decision to edits, or with `dryRun` only counts them. Names each id given whose edit could not
 * be moved, with the reason. Returns the exit status: 0; 3 if some could not be moved; 1 if none could. Edits in
 * other states that a filter matches do not count as failures.
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
    if (edit === undefined) return [{ id, reason: 'there is no such edit, or the options exclude it' }];
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
