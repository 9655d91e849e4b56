import type { Executor } from '../../db/connection/connect.ts';
import { withdrawCandidates } from '../../db/deletions/candidates.ts';
import { addSeen, type Scan } from '../../db/deletions/scans.ts';
import type { Batch, Store } from '../../db/mirror/store.ts';
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
  /** Its name among the cursors: `backfill`, `range 2025-01-01..`. */
  readonly name: string;
  /** RFC 3339 bounds of `created_at`, `since` included, `until` not; for resources listed by time. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly windowDays: number;
  /** Only these parents, or these rows that name ids. */
  readonly only?: readonly string[] | undefined;
}

/** The saved position of a resource within a scope. */
export interface PassPosition extends Position {
  /** Name of the pass: Pylon's clock at no later moment than it began. */
  readonly pass: string;
  readonly done: boolean;
  /** How it ended, when it did. */
  readonly ended?: 'done' | 'unavailable';
  readonly finished_at?: string;
  /** First `created_at` it is to read, where it has a bound. */
  readonly since?: string;
  /** The scan that notes what it sees. */
  readonly scan?: number;
  /**
   * When it began, by the database's clock, where it compares contents, not digests, and reads the children of every
   * parent again.
   */
  readonly deep?: string;
}

/** One resource being enumerated once. */
export interface Pass<P extends PassPosition = PassPosition> {
  readonly ctx: Context;
  readonly kind: PassKind;
  readonly resource: Resource;
  readonly scope: Scope;
  /** The client, counting this pass's requests. */
  readonly pylon: Pylon;
  /** Notes the ids that the pass sees, where its end is to say what is gone. */
  readonly scan: Scan | undefined;
  readonly progress: ResourceProgress;
  readonly signal: AbortSignal;
  /** Where the pass stood when this process took it up. */
  readonly position: P;
  /** Whether the parents of a `parent` or `reference` resource have all been read. */
  readonly parentsDone: () => boolean;
  /** Maps the objects of an answer to rows. */
  batch(objects: readonly unknown[], facts: PathFacts, order: Order): Batch;
  /**
   * Stores a batch, with whatever `also` writes, in one transaction, and counts it. Returns the ids of rows
   * that had to be left: they are noted, and read again before the pass ends.
   *
   * @throws TransientError when rows had to be left and the resource has no request for one record.
   */
  keep(batch: Batch, also?: (tx: Executor) => Promise<void>): Promise<readonly string[]>;
  /**
   * Notes what could not be done and must not hold up the rest: the pass goes on to its end, and is then told of
   * as failed, with it.
   */
  leave(undone: TransientError): void;
  /** Saves the pass's position; within `keep`. */
  save(tx: Executor, position: Position): Promise<void>;
  /** Tells who watches that something moved. */
  step(what: string): void;
}

export interface PassInit {
  readonly ctx: Context;
  readonly kind: PassKind;
  readonly scan?: Scan | undefined;
  /** Rows that changed before it, epoch milliseconds, should stand here already: where one does not, it has drifted. */
  readonly coveredUntil?: number | undefined;
  /** Told of the rows of each transaction. */
  readonly onChanged?: ((changed: readonly Changed[]) => void) | undefined;
  /** Told of the ids that each transaction held, changed or not. */
  readonly onSeen?: ((ids: readonly string[]) => void) | undefined;
  readonly resource: Resource;
  readonly scope: Scope;
  readonly progress: ResourceProgress;
  readonly signal: AbortSignal;
  readonly position: PassPosition;
  readonly parentsDone: () => boolean;
  readonly store: Store;
  readonly leave: (undone: TransientError) => void;
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
  return {
    ...init,
    scan,
    step,
    pylon: ctx.pylon.prioritised(KINDS[kind].priority).counted(() => {
      progress.requests += 1;
    }),
    batch: store.map,
    async keep(batch, also) {
      init.signal.throwIfAborted();
      const stored = await ctx.writers.add(() => {
        // While it waited for its turn, the work may have been ended.
        init.signal.throwIfAborted();
        return store.write(batch, async (tx, { changed }) => {
          // A row that was not there was never read, or is back: so are its children then.
          if (kind !== 'backfill') await forgetReads(tx, childrenOf(resource), insertedIn(changed));
          if (scan !== undefined) await addSeen(tx, scan.id, idsIn(batch));
          await also?.(tx);
          // Last: who marks deletions locks their list before the scan.
          if (kind !== 'backfill') await withdrawCandidates(tx, resource.name, idsIn(batch));
        });
      });
      progress.read += stored.read;
      progress.inserted += stored.inserted;
      progress.updated += stored.updated;
      progress.unchanged += stored.unchanged;
      progress.rejected += stored.rejected;
      progress.drifted += stored.changed.filter(
        ({ at }) => at !== null && coveredUntil !== undefined && at < coveredUntil,
      ).length;
      if (stored.altered.length > 0) ctx.contents.noteAltered(resource.name, stored.altered);
      onChanged?.(stored.changed);
      onSeen?.(idsIn(batch));
      const [first] = stored.deferred;
      if (first !== undefined && resource.get === undefined) {
        throw new TransientError(
          `${stored.deferred.length} rows of ${resource.name} are held by other transactions (${first}, …): they will be read again with the next pass`,
        );
      }
      return stored.deferred;
    },
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

const insertedIn = (changed: readonly Changed[]) =>
  changed.filter(({ inserted }) => inserted).map(({ id }) => id);

/** Ids of a batch's objects, those that could not become rows included. */
export const idsIn = ({ mapped }: Batch): readonly string[] =>
  mapped.flatMap(({ id }) => (id === null ? [] : [id]));
