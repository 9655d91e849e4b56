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
import { lockParentForInsert } from './parents.ts';
import type { PendingDeletions } from './pending-deletions.ts';
import { noteRereads } from './rereads.ts';
import { type Stored, upsert } from './upsert.ts';

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

/** Stores a resource's objects in its table, in two steps: mapping needs no connection. */
export interface Store {
  map(objects: readonly unknown[], facts: PathFacts, order: Order): Batch;
  /**
   * Stores a batch and, in the same transaction, whatever `also` writes (the cursor that covers it). Objects that
   * cannot be stored go to `rejected_records`. If more than fifty rows fail, in one page or one after another with
   * none stored in between, the table is at fault: then nothing of the page is stored. Rows that had to be skipped
   * are queued to be fetched again; if the API has no request for one record, `also` does not run, so that the whole
   * answer is requested again.
   *
   * @throws ParentGoneError if the parent of the rows is marked as deleted; TransientError if the table is at fault.
   */
  write(batch: Batch, also?: (tx: Executor, stored: Stored) => Promise<void>): Promise<StoredBatch>;
  /** The same for several answers, all in one transaction, where the API has a request for one record. */
  writeAll(
    batches: readonly Batch[],
    also?: (tx: Executor, stored: Stored) => Promise<void>,
  ): Promise<StoredBatch>;
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

/** Returns the store of one resource. With `contents`, it compares the columns of rows, not only their digests. */
export function storer(
  db: Database,
  lease: Lease,
  resource: Resource,
  pendingDeletions: PendingDeletions,
  contents?: Contents,
): Store {
  const toRow = rowMapper(resource);
  /** Rows that failed since the last one that was stored. Counted across pages, because some have few rows. */
  let streak = 0;

  /** Writes rows, halving the batch whenever the database refuses it, until each row at fault is found. */
  async function upsertAround(
    tx: Executor,
    rows: readonly Row[],
    order: Order,
    blame: Blame,
  ): Promise<Stored> {
    await tx.execute(sql`SAVEPOINT batch`);
    try {
      const stored = await upsert(tx, resource, rows, order, pendingDeletions, contents);
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
      const left = await upsertAround(tx, rows.slice(0, half), order, blame);
      return summed(left, await upsertAround(tx, rows.slice(half), order, blame));
    }
  }

  const writeAll: Store['writeAll'] = async (batches, also) => {
    const all = batches.map(({ facts, order, mapped }) => ({
      ...{ facts, order, read: mapped.length },
      rows: mapped.filter((row): row is Row => !isReject(row)),
      rejects: mapped.filter(isReject),
    }));
    const hasRows = all.some(({ rows }) => rows.length > 0);

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

    type Write = (tx: Executor, rows: readonly Row[], order: Order, refused: Reject[]) => Promise<Stored>;
    const attempt = (write: Write): Promise<StoredBatch> =>
      writing(db, lease, async (tx) => {
        let sum: StoredBatch = { ...NOTHING, read: 0, rejected: 0 };
        for (const { facts, order, read, rows, rejects } of all) {
          await lockParentForInsert(tx, resource, facts);
          const refused: Reject[] = [];
          const stored = await write(tx, rows, order, refused);
          await keepRejects(tx, resource, [...rejects, ...refused]);
          if (resource.get !== undefined) await noteRereads(tx, resource.name, stored.deferred, facts);
          const rejected = sum.rejected + rejects.length + refused.length;
          sum = { ...summed(sum, stored), read: sum.read + read, rejected };
        }
        if (resource.get !== undefined || sum.deferred.length === 0) await also?.(tx, sum);
        return sum;
      });

    try {
      const stored = await attempt((tx, rows, order) =>
        rows.length === 0
          ? Promise.resolve(NOTHING)
          : upsert(tx, resource, rows, order, pendingDeletions, contents),
      );
      if (stored.changed.length > 0) streak = 0;
      return stored;
    } catch (error) {
      if (!hasRows || !mayBeOneRow(error)) throw error;
      return attempt((tx, rows, order, refused) =>
        rows.length === 0 ? Promise.resolve(NOTHING) : upsertAround(tx, rows, order, blaming(refused)),
      );
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
    write: (batch, also) => writeAll([batch], also),
    writeAll,
  };
}
