import type { Executor } from '../../db/connection/connect.ts';
import { withdrawCandidates } from '../../db/deletions/candidates.ts';
import { addSeen, endScan, type Scan } from '../../db/deletions/scans.ts';
import { parentGone } from '../../db/mirror/opening.ts';
import type { Batch, Item, Store } from '../../db/mirror/store.ts';
import type { Changed } from '../../db/mirror/upsert.ts';
import { type Position, saveCursor } from '../../db/progress/cursors.ts';
import { forgetReads } from '../../db/progress/reads.ts';
import { TransientError } from '../../errors.ts';
import type { Order } from '../../order.ts';
import type { Pylon } from '../../pylon/types.ts';
import type { PathFacts, Resource } from '../../resources/define.ts';
import { childrenOf } from '../../resources/index.ts';
import type { Context } from './context.ts';
import { secondsFor } from './estimate.ts';
import { KINDS, type PassKind } from './kinds.ts';
import type { ResourceProgress } from './progress.ts';

/** What a pass is asked to cover. */
export interface Scope {
  /** The name of its cursors: `backfill`, `range 2025-01-01..`. */
  readonly name: string;
  /** RFC 3339 bounds of `created_at` for resources listed by time; `since` is included, `until` is not. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly windowDays: number;
  /** Only the children of these parents, or what these rows refer to. */
  readonly only?: readonly string[] | undefined;
}

/** The saved position of a resource within a scope. */
export interface PassPosition extends Position {
  /** The name of the pass: a time by Pylon's clock, no later than its beginning. */
  readonly pass: string;
  readonly done: boolean;
  /** How the pass ended, if it has. */
  readonly ended?: 'done' | 'unavailable';
  readonly finished_at?: string;
  /** The earliest `created_at` to read, if bounded. */
  readonly since?: string;
  /** The types that were read to their end, of a resource that is read by types. */
  readonly types?: readonly string[];
  /** The resource by whose rows it was read, once it has ended. */
  readonly listed_by?: string;
  /** The id of the scan that records what the pass sees. */
  readonly scan?: number;
  /**
   * Set for a deep read, which compares contents instead of digests and reads the children of every parent: when it
   * began, by the database's clock.
   */
  readonly deep?: string;
}

/** What is written in the transaction of the rows; receives the rows that changed. */
type Also = (tx: Executor, changed: readonly Changed[]) => Promise<void>;

/**
 * What became of one of several answers. `missing`: nothing was stored, since the listing that it ends lacks rows whose
 * deletion must be proved first. `failed`: what must not be noted as read, and why.
 */
export type Kept =
  | { readonly is: 'kept'; readonly deferred: readonly string[] }
  | { readonly is: 'missing' }
  | { readonly is: 'failed'; readonly error: TransientError };

/** One resource being enumerated once. */
export interface Pass<P extends PassPosition = PassPosition> {
  readonly ctx: Context;
  readonly kind: PassKind;
  readonly resource: Resource;
  readonly scope: Scope;
  /** The client; it counts this pass's requests. */
  readonly pylon: Pylon;
  /** Records the ids that the pass sees, if deletions are to be inferred from its end. */
  readonly scan: Scan | undefined;
  readonly progress: ResourceProgress;
  readonly signal: AbortSignal;
  /** The position at which this process began or resumed the pass. */
  readonly position: P;
  /** Whether the records that the resource is listed by have all been read. */
  readonly parentsDone: () => boolean;
  /** Waits until they are, milliseconds at most. Never rejects. */
  readonly untilParents?: ((ms: number) => Promise<void>) | undefined;
  /** Maps the objects of an answer to rows. */
  batch(objects: readonly unknown[], facts: PathFacts, order: Order): Batch;
  /**
   * Stores a batch, and whatever `also` writes, in one transaction, and counts it. Returns the ids of locked rows,
   * which are queued and read again before the pass ends.
   *
   * @throws TransientError when rows are locked and the API has no request for one record of the resource.
   */
  keep(batch: Batch, also?: Also): Promise<readonly string[]>;
  /** The same for several answers, all in one transaction. */
  keepAll(batches: readonly Batch[], also?: Also): Promise<readonly string[]>;
  /**
   * The same for answers that have nothing to do with each other: one that must not be stored does not stop the others.
   * `also` receives those that were stored in full.
   */
  keepEach<T extends Item>(
    items: readonly T[],
    also: (tx: Executor, whole: readonly T[]) => Promise<void>,
  ): Promise<readonly Kept[]>;
  /** Whether a row that was written had changed before what earlier passes covered: they should have brought it. */
  hasDrifted(row: Changed): boolean;
  /**
   * Notes a failure that must not stop the rest: the pass goes on to its end and is then recorded as failed with it.
   */
  leave(undone: TransientError): void;
  /** Notes what a complete pass could not do, for `status` and the log; the pass does not fail. */
  remark(what: string): void;
  /** Saves the pass's position; within `keep`. */
  save(tx: Executor, position: Position): Promise<void>;
  /** Reports progress. */
  step(what: string): void;
}

export interface PassInit {
  readonly ctx: Context;
  readonly kind: PassKind;
  readonly scan?: Scan | undefined;
  /**
   * Epoch milliseconds until which changes are covered: a row that changed before and is not in the mirror has
   * drifted.
   */
  readonly coveredUntil?: number | undefined;
  /** Receives the changed rows of each transaction. */
  readonly onChanged?: ((changed: readonly Changed[]) => void) | undefined;
  /** Receives all ids of each transaction, changed or not. */
  readonly onSeen?: ((ids: readonly string[]) => void) | undefined;
  readonly resource: Resource;
  readonly scope: Scope;
  readonly progress: ResourceProgress;
  readonly signal: AbortSignal;
  readonly position: PassPosition;
  readonly parentsDone: () => boolean;
  readonly untilParents?: ((ms: number) => Promise<void>) | undefined;
  readonly store: Store;
  readonly leave: (undone: TransientError) => void;
  readonly remark?: (what: string) => void;
}

export function newPass({ store, coveredUntil, onChanged, onSeen, ...init }: PassInit): Pass {
  const { ctx, kind, resource, scope, progress, position, scan } = init;
  const step = (what: string) => {
    const { remainingRequests } = progress;
    progress.secondsLeft =
      remainingRequests === undefined
        ? undefined
        : secondsFor(remainingRequests, ctx.pylon.perMinute(progress.endpoint));
    ctx.onProgress(progress, what);
  };
  const { remark = () => {} } = init;
  /** Whether what a listing lacks is taken for deleted. */
  const infers = scan !== undefined || resource.pull.by === 'parent';
  let isRemarked = false;
  const remarkUnnamed = () => {
    if (!isRemarked)
      remark('an object was listed without an id: what its listing lacks was not taken for deleted');
    isRemarked = true;
  };
  const hasDrifted = ({ at }: Changed) => at !== null && coveredUntil !== undefined && at < coveredUntil;
  const write = async <T extends Item>(
    items: readonly T[],
    also?: (tx: Executor, changed: readonly Changed[], whole: readonly T[]) => Promise<void>,
  ): Promise<readonly Kept[]> => {
    init.signal.throwIfAborted();
    const stored = await ctx.writers.add(() => {
      // The work may have been ended while this waited for its turn.
      init.signal.throwIfAborted();
      return store.writeAll(items, async (tx, { changed }, whole) => {
        const ids = whole.flatMap(({ batch }) => idsIn(batch));
        // A new row was never read or has come back, and so have its children.
        if (kind !== 'backfill') await forgetReads(tx, childrenOf(resource), insertedIn(changed));
        if (scan !== undefined) {
          if (whole.every(({ batch }) => namesAll(batch))) await addSeen(tx, scan.id, ids);
          else await endScan(tx, scan.id, 'abandoned');
        }
        await also?.(tx, changed, whole);
        // Last, since whoever marks deletions locks the list of candidates before the scan.
        if (kind !== 'backfill') await withdrawCandidates(tx, resource.name, ids);
      });
    });
    if (infers && !items.every(({ batch }) => namesAll(batch))) remarkUnnamed();
    progress.read += stored.read;
    progress.inserted += stored.inserted;
    progress.updated += stored.updated;
    progress.unchanged += stored.unchanged;
    progress.rejected += stored.rejected;
    progress.drifted += stored.changed.filter(hasDrifted).length;
    if (stored.altered.length > 0) ctx.contents.noteAltered(resource.name, stored.altered);
    onChanged?.(stored.changed);
    onSeen?.(
      items.flatMap(({ batch }, index) => (stored.outcomes[index]?.left === undefined ? idsIn(batch) : [])),
    );
    return stored.outcomes.map(({ left, deferred }, index): Kept => {
      if (left === 'missing') return { is: 'missing' };
      if (left === 'gone')
        return { is: 'failed', error: parentGone(resource, items[index]?.batch.facts ?? {}) };
      const [first] = deferred;
      if (first === undefined || resource.get !== undefined) return { is: 'kept', deferred };
      return { is: 'failed', error: lockedRows(resource, deferred.length, first) };
    });
  };
  const keepAll: Pass['keepAll'] = async (batches, also) => {
    const items = batches.map((batch) => ({ batch }));
    const kept = await write(items, also);
    return kept.flatMap((one) => {
      if (one.is === 'failed') throw one.error;
      return one.is === 'kept' ? one.deferred : [];
    });
  };
  return {
    ...init,
    remark,
    scan,
    step,
    pylon: ctx.pylon.prioritised(KINDS[kind].priority).counted(() => {
      progress.requests += 1;
    }),
    batch: store.map,
    keep: (batch, also) => keepAll([batch], also),
    keepAll,
    keepEach: (items, also) => write(items, (tx, _changed, whole) => also(tx, whole)),
    hasDrifted,
    save: (tx, moved) =>
      saveCursor(tx, resource.name, scope.name, {
        pass: position.pass,
        ...(position.since === undefined ? {} : { since: position.since }),
        done: false,
        ...(scan === undefined ? {} : { scan: scan.id }),
        ...(position.deep === undefined ? {} : { deep: position.deep }),
        ...moved,
      }),
  };
}

const lockedRows = ({ name }: Resource, count: number, first: string) =>
  new TransientError(
    `${count} rows of ${name} are locked by other transactions (${first}, …): they will be read again with the next pass`,
  );

const insertedIn = (changed: readonly Changed[]) =>
  changed.filter(({ inserted }) => inserted).map(({ id }) => id);

/** Whether each object of a batch has an id: without one nobody knows which record an answer has shown. */
export const namesAll = ({ mapped }: Batch): boolean => mapped.every(({ id }) => id !== null);

/** Ids of a batch's objects, also of those that could not be mapped to rows. */
export const idsIn = ({ mapped }: Batch): readonly string[] =>
  mapped.flatMap(({ id }) => (id === null ? [] : [id]));
