import { sql } from 'drizzle-orm';
import { reasonOf, TransientError } from '../../errors.ts';
import type { Order } from '../../order.ts';
import type { PathFacts, Resource } from '../../resources/define.ts';
import type { Database, Executor } from '../connection/connect.ts';
import { layersOf } from '../connection/sql-state.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { keepRejects } from '../progress/rejects.ts';
import { isReject, type Reject, type Row, readable, rowMapper } from '../row/row.ts';
import { mayBeOneRow, RowFaultError } from '../row/row-fault.ts';
import type { Contents } from './contents.ts';
import { type Found, type Left, openingOf, parentGone, type ToWrite } from './opening.ts';
import type { PendingDeletions } from './pending-deletions.ts';
import { noteRereads } from './rereads.ts';
import type { Listed } from './rows.ts';
import { type Stored, upsert } from './upsert.ts';
import type { Answered } from './upsert-statement.ts';

/** The objects of one answer, converted to rows and rejects. It does not retain the objects. */
export interface Batch {
  /** Values that are known from the request only. */
  readonly facts: PathFacts;
  readonly order: Order;
  /** One element per object, in the same order. */
  readonly mapped: readonly (Row | Reject)[];
}

export interface StoredBatch extends Stored {
  readonly read: number;
  readonly rejected: number;
}

/** An answer to store with others. */
export interface Item {
  readonly batch: Batch;
  /**
   * If the answer ends a complete listing of a parent: nothing of it is stored while rows of the parent are missing
   * from the listing.
   */
  readonly listed?: Listed | undefined;
}

/** What became of one of several answers. */
interface Outcome {
  /** Why nothing of it was stored; undefined if it was. */
  readonly left: Left | undefined;
  /** Ids of its rows that had to be skipped. */
  readonly deferred: readonly string[];
}

interface StoredItems extends StoredBatch {
  /** In the order of the items. */
  readonly outcomes: readonly Outcome[];
}

/** Stores a resource's objects in its table, in two steps: mapping needs no connection. */
export interface Store {
  map(objects: readonly unknown[], facts: PathFacts, order: Order): Batch;
  /**
   * Stores answers and, in the same transaction, whatever `also` writes (the cursors that cover them). Objects that
   * cannot be stored go to `rejected_records`. If more than fifty rows fail, in one answer or one after another with
   * none stored in between, the table is at fault: then nothing is stored. Rows that had to be skipped are queued to be
   * fetched again; if the API has no request for one record, their answers are not among the `whole` ones that `also`
   * receives, so that they are requested again. `also` does not run if no answer is.
   *
   * @throws TransientError if the table is at fault.
   */
  writeAll<T extends Item>(
    items: readonly T[],
    also?: (tx: Executor, stored: Stored, whole: readonly T[]) => Promise<void>,
  ): Promise<StoredItems>;
  /**
   * The same for one answer.
   *
   * @throws ParentGoneError if the parent of the rows is marked as deleted; TransientError if the table is at fault.
   */
  write(batch: Batch, also?: (tx: Executor, stored: Stored) => Promise<void>): Promise<StoredBatch>;
}

/** If more rows than this fail, with none stored in between, their table is at fault. */
const MOST_AT_FAULT = 50;

/** Why a row cannot be written: Postgres's message, or that of a RowFaultError. */
const faultOf = (error: unknown): string => {
  const layers = [...layersOf(error)];
  const own = layers.find((layer) => layer instanceof RowFaultError);
  return own === undefined ? String(layers.at(-1) ?? error) : reasonOf(own);
};

const NOTHING: Stored = { inserted: 0, updated: 0, unchanged: 0, changed: [], deferred: [], altered: [] };

const summed = (a: Stored, b: Stored): Stored => ({
  inserted: a.inserted + b.inserted,
  updated: a.updated + b.updated,
  unchanged: a.unchanged + b.unchanged,
  changed: [...a.changed, ...b.changed],
  deferred: [...a.deferred, ...b.deferred],
  altered: [...a.altered, ...b.altered],
});

/** Receives each row that cannot be written, and the number of rows that were. */
interface Blame {
  fault(row: Row, error: unknown): void;
  stored(rows: number): void;
}

/** An answer with what was mapped apart from what could not be. */
interface Sorted extends ToWrite {
  readonly read: number;
  readonly rejects: readonly Reject[];
}

function sorted({ batch: { facts, order, mapped }, listed }: Item): Sorted {
  return {
    ...{ facts, order, listed, read: mapped.length },
    rows: mapped.filter((row): row is Row => !isReject(row)),
    rejects: mapped.filter(isReject),
  };
}

/** Whether no two answers have a row of the same id. */
function areDisjoint(answers: readonly Sorted[]): boolean {
  if (answers.length < 2) return true;
  const each = answers.map(({ rows }) => new Set(rows.map(({ id }) => id)));
  return new Set(each.flatMap((ids) => [...ids])).size === each.reduce((sum, { size }) => sum + size, 0);
}

/** Returns the store of one resource. With `contents`, it compares the columns of rows, not only their digests. */
export function storer(
  db: Database,
  lease: Lease,
  resource: Resource,
  pendingDeletions: PendingDeletions,
  contents?: Contents,
): Store {
  const toRow = rowMapper(resource);
  /** Rows that failed since the last one that was stored. Counted across answers, because some have few rows. */
  let streak = 0;

  const put = (tx: Executor, answers: readonly Answered[], existing?: Found['existing']) =>
    answers.every(({ rows }) => rows.length === 0)
      ? Promise.resolve(NOTHING)
      : upsert(tx, resource, answers, pendingDeletions, { contents, existing });

  /** Writes rows, halving them whenever the database refuses them, until each row at fault is found. */
  async function putAround(tx: Executor, { rows, order }: Answered, blame: Blame): Promise<Stored> {
    await tx.execute(sql`SAVEPOINT batch`);
    try {
      const stored = await put(tx, [{ rows, order }]);
      await tx.execute(sql`RELEASE SAVEPOINT batch`);
      blame.stored(stored.changed.length);
      return stored;
    } catch (error) {
      if (!mayBeOneRow(error)) throw error;
      await tx.execute(sql`ROLLBACK TO SAVEPOINT batch`);
      const [only] = rows;
      if (only !== undefined && rows.length === 1) {
        blame.fault(only, error);
        return NOTHING;
      }
      const half = rows.length >> 1;
      const left = await putAround(tx, { rows: rows.slice(0, half), order }, blame);
      return summed(left, await putAround(tx, { rows: rows.slice(half), order }, blame));
    }
  }

  /** `fault` throws a TransientError once so many rows failed that the table is at fault. */
  const blaming = (refused: Reject[]): Blame => ({
    stored(count) {
      if (count > 0) streak = 0;
    },
    fault(row, error) {
      streak += 1;
      const reason = faultOf(error);
      refused.push({ id: row.id, payload: readable(resource, row), reason });
      if (Math.max(streak, refused.length) <= MOST_AT_FAULT) return;
      throw new TransientError(
        `more than ${MOST_AT_FAULT} rows of ${resource.name} cannot be written, each by itself: ${reason}`,
      );
    },
  });

  /** Writes answers in one transaction, and adds what cannot be stored to `refused`. */
  type Write = (tx: Executor, answers: readonly Sorted[], refused: Reject[], found: Found) => Promise<Stored>;

  /** One after the other, so that the later answer about a record is compared with the earlier one. */
  async function inTurn(
    answers: readonly Sorted[],
    one: (answer: Sorted) => Promise<Stored>,
  ): Promise<Stored> {
    let sum = NOTHING;
    for (const answer of answers) sum = summed(sum, await one(answer));
    return sum;
  }

  const together: Write = (tx, answers, _refused, { existing }) =>
    areDisjoint(answers) ? put(tx, answers, existing) : inTurn(answers, (answer) => put(tx, [answer]));

  const around: Write = (tx, answers, refused) =>
    inTurn(answers, async (answer) => {
      const own: Reject[] = [];
      const stored = await putAround(tx, answer, blaming(own));
      refused.push(...own);
      return stored;
    });

  const writeAll: Store['writeAll'] = async (items, also) => {
    const answers = items.map(sorted);
    const opening = openingOf(resource, answers);
    const attempt = (writeThem: Write): Promise<StoredItems> =>
      writing(
        db,
        lease,
        async (tx, opened) => {
          const found = opening.read(opened);
          const taken = answers.filter((_, index) => found.left[index] === undefined);
          const refused: Reject[] = [];
          const stored = await writeThem(tx, taken, refused, found);
          const rejects = [...taken.flatMap((answer) => answer.rejects), ...refused];
          await keepRejects(tx, resource, rejects);
          const deferred = new Set(stored.deferred);
          const outcomes = answers.map(({ rows }, index): Outcome => {
            const left = found.left[index];
            const own = deferred.size === 0 || left !== undefined ? [] : rows.map(({ id }) => id);
            return { left, deferred: own.filter((id) => deferred.has(id)) };
          });
          if (resource.get !== undefined)
            for (const [index, { facts }] of answers.entries())
              await noteRereads(tx, resource.name, outcomes[index]?.deferred ?? [], facts);
          const isWhole = (outcome: Outcome | undefined) =>
            outcome?.left === undefined && (resource.get !== undefined || outcome?.deferred.length === 0);
          const whole = items.filter((_, index) => isWhole(outcomes[index]));
          if (whole.length > 0) await also?.(tx, stored, whole);
          const read = taken.reduce((sum, answer) => sum + answer.read, 0);
          return { ...stored, read, rejected: rejects.length, outcomes };
        },
        { opening: opening.statements },
      );

    try {
      const stored = await attempt(together);
      if (stored.changed.length > 0) streak = 0;
      return stored;
    } catch (error) {
      if (!mayBeOneRow(error) || answers.every(({ rows }) => rows.length === 0)) throw error;
      return attempt(around);
    }
  };

  return {
    map: (objects, facts, order) => ({
      facts,
      order,
      mapped: objects.map((object) => {
        const row = toRow(object, facts);
        return isReject(row) ? row : { id: row.id, hash: row.hash, json: row.json };
      }),
    }),
    writeAll,
    async write(batch, also) {
      const stored = await writeAll([{ batch }], also);
      if (stored.outcomes[0]?.left === 'gone') throw parentGone(resource, batch.facts);
      return stored;
    },
  };
}
