import { type SQL, sql } from 'drizzle-orm';
import { TransientError } from '../../errors.ts';
import type { PathFacts, Pull, Resource } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import type { Executor } from '../connection/connect.ts';
import type { Opened } from '../lease/transaction.ts';
import { type Listed, missingRows } from './rows.ts';
import { type Answered, existingRows } from './upsert-statement.ts';

type ByParent = Pull & { by: 'parent' };

/** The parent of rows was marked as deleted after the rows were requested: they are deleted with it. */
export class ParentGoneError extends TransientError {
  override name = 'ParentGoneError';
}

export function parentGone({ name, pull }: Resource, facts: PathFacts): ParentGoneError {
  const what = pull.by === 'parent' ? `${pull.parent} ${facts[pull.foreignKey]}` : 'the parent';
  return new ParentGoneError(`${what} is gone, and its ${name} with it`);
}

/**
 * SQL that locks the children of parents until the end of the transaction: no other transaction can store them or mark
 * them as deleted with a parent, so that each sees the other's work complete. The locks are advisory, so that edits of
 * a parent are not blocked.
 */
function parentLocks(child: Resource, parents: readonly string[]): SQL {
  const keys = [...new Set(parents.map((id) => `pylon_sync ${child.name} of ${id}`))].sort();
  return sql`
    SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(${sql.param(keys)}::text[]) AS key`;
}

export async function lockParents(tx: Executor, child: Resource, parents: readonly string[]): Promise<void> {
  await tx.execute(parentLocks(child, parents));
}

/**
 * SQL for the ids of parents that are marked as deleted. A statement after `parentLocks`, so that it sees what was
 * committed while that one waited.
 */
const goneParents = ({ parent }: ByParent, parents: readonly string[]): SQL => sql`
  SELECT id FROM ${resourceNamed(parent).table}
   WHERE id = ANY(${sql.param([...parents])}::text[]) AND _deleted_at IS NOT NULL`;

/** Rows to write, with what their request says of them. */
export interface ToWrite extends Answered {
  readonly facts: PathFacts;
  readonly listed?: Listed | undefined;
}

/**
 * Why nothing of an answer may be stored yet. `gone`: its parent was marked as deleted. `missing`: it is the end of a
 * listing that lacks rows of the parent, whose deletion must be proved first.
 */
export type Left = 'gone' | 'missing';

/** What the opening statements of a transaction have found. */
export interface Found {
  readonly existing: readonly Record<string, unknown>[];
  /** In the order of the answers; undefined for those that may be stored. */
  readonly left: readonly (Left | undefined)[];
}

/** What a transaction that stores answers reads and locks first, in one round trip. */
export interface Opening {
  readonly statements: readonly SQL[];
  /** Must receive the results in the order of the statements. */
  read(opened: readonly Opened[]): Found;
}

/** Locks the parents of the rows, if the resource has any, and reads what decides about the answers. */
export function openingOf(resource: Resource, answers: readonly ToWrite[]): Opening {
  const { pull, table } = resource;
  const reading = existingRows(resource, answers);
  if (pull.by !== 'parent')
    return {
      statements: [reading],
      read: ([existing]) => ({ existing: existing?.rows ?? [], left: answers.map(() => undefined) }),
    };
  const parentOf = ({ facts }: ToWrite) => String(facts[pull.foreignKey]);
  const parents = answers.map(parentOf);
  const listings = answers.flatMap(({ listed }) => (listed === undefined ? [] : [listed]));
  return {
    statements: [
      parentLocks(resource, parents),
      goneParents(pull, parents),
      reading,
      ...(listings.length === 0 ? [] : [missingRows(table, pull.foreignKey, listings)]),
    ],
    read([, goneRows, existing, missing]) {
      const gone = new Set(goneRows?.rows.map(({ id }) => id));
      const lacking = new Set(missing?.rows.map(({ parent }) => parent));
      return {
        existing: existing?.rows ?? [],
        left: answers.map((answer) => {
          const parent = parentOf(answer);
          if (gone.has(parent)) return 'gone';
          return answer.listed !== undefined && lacking.has(parent) ? 'missing' : undefined;
        }),
      };
    },
  };
}
