import { claimBulk } from '../../db/edits/bulk.ts';
import { type Claim, claimEdits, type Room, waitingEdits } from '../../db/edits/queue.ts';
import { requeueInterrupted } from '../../db/edits/requeue.ts';
import { type EditSettings, publishEditSettings } from '../../db/edits/settings.ts';
import { actions, allowedWork } from '../../edits/actions.ts';
import type { PolicyFor } from '../../edits/conflicts.ts';
import type { Resource } from '../../resources/define.ts';
import { carryBulk } from '../edits/bulk.ts';
import { markInFlight } from '../edits/in-flight.ts';
import { postpone } from '../edits/postpone.ts';
import { carry } from '../edits/send.ts';
import type { PushContext } from '../edits/target.ts';
import { newExclusive } from '../lib/exclusive.ts';
import type { Context } from '../pass/context.ts';
import { quarantine } from './quarantine.ts';

export interface PushOptions extends EditSettings {
  readonly policy: PolicyFor;
  readonly resources: readonly Resource[];
  /** How long a request may be in flight, in milliseconds. */
  readonly requestTimeoutMs: number;
}

/** Records of one resource sent concurrently: enough to use its endpoints' limits fully. */
const SIDE_BY_SIDE = 24;
/**
 * While many edits of a resource wait, one record of so many is the one with the newest edit: whoever changes a single record
 * after a statement that changed thousands does not wait for all of these.
 */
const NEWEST_ONE_IN = 4;
/**
 * Bytes of edits of one resource that are sent concurrently. They take several times as much memory: parsed, merged, sent
 * and read back.
 */
const BYTES = 4 * 1024 ** 2;
/** Concurrent bulk requests of one resource. */
const BULKS = 12;

type Waiting = Awaited<ReturnType<typeof waitingEdits>>;

/** The result of one look into the queue. */
interface Taken {
  /** The number of records whose edits were claimed. */
  readonly records: number;
  /** Whether the queue had waiting edits or edits in flight. Such edits may become due without a notification. */
  readonly waiting: boolean;
}

export interface Pusher {
  /**
   * Turns waiting edits of a copied database into drafts, publishes the settings that the triggers read, and requeues
   * the edits that an earlier process left in flight. Must succeed once before `take` is called.
   */
  begin(): Promise<void>;
  /**
   * Claims due edits, as many as there is room for, and starts sending them; does not wait for the outcome.
   *
   * @throws the first failure since the last call that concerns more than a record; errors of the database.
   */
  take(): Promise<Taken>;
  /**
   * Waits until no edit is being sent.
   *
   * @throws as `take` does.
   */
  idle(): Promise<void>;
}

/**
 * Sends edits to Pylon: records concurrently, the edits of each record in their order. Calls `onFree` when there is
 * room for more.
 *
 * The next `take` or `idle` throws a failure that concerns more than one record.
 */
export function newPusher(ctx: Context, options: PushOptions, onFree: () => void = () => {}): Pusher {
  const { resources, allow, policy, requestTimeoutMs } = options;
  const push: PushContext = {
    ...{ ctx, policy, requestTimeoutMs },
    pylon: ctx.pylon.prioritised('edit'),
    inFlight: new Map(),
    uploads: newExclusive(),
  };
  const acted = new Set(actions.map(({ resource }) => resource));
  const names = resources
    .filter(({ name, writes }) => writes !== undefined || acted.has(name))
    .map(({ name }) => name);
  const underWay = new Map<string, number>();
  const bytesUnderWay = new Map<string, number>();
  const running = new Set<Promise<void>>();
  /** How many records of a resource were claimed while many of its edits waited. */
  const turns = new Map<string, number>();
  /** Claims whose edits could not even be put back; the next `take` tries that again. */
  const stranded: { readonly claim: Claim; readonly error: unknown }[] = [];
  let failure: { readonly error: unknown } | undefined;

  /** Throws a failure that concerns more than one record, once. */
  const throwFailure = () => {
    const thrown = failure;
    failure = undefined;
    if (thrown !== undefined) throw thrown.error;
  };
  const start = (resource: string, claims: readonly Claim[], carried: () => Promise<void>, bytes = 0) => {
    const count = (records: number, more: number) => {
      underWay.set(resource, (underWay.get(resource) ?? 0) + records);
      bytesUnderWay.set(resource, (bytesUnderWay.get(resource) ?? 0) + more);
    };
    count(1, bytes);
    const work: Promise<void> = carried()
      .catch((error: unknown) => {
        stranded.push(...claims.map((claim) => ({ claim, error })));
        failure ??= { error };
      })
      .finally(() => {
        running.delete(work);
        count(-1, -bytes);
        onFree();
      });
    running.add(work);
  };

  /** How much of the room goes to the newest edits, of each resource with many that wait. */
  const newestOf = (room: ReadonlyMap<string, Room>, waiting: Waiting): ReadonlyMap<string, number> =>
    new Map(
      [...room].flatMap(([name, { records: free }]) => {
        if (waiting.get(name)?.many !== true) return [];
        const taken = turns.get(name) ?? 0;
        return [[name, Math.floor((taken + free) / NEWEST_ONE_IN) - Math.floor(taken / NEWEST_ONE_IN)]];
      }),
    );

  /** Resources with bulk edits that wait for room, which must not be sent one by one meanwhile. */
  const bulkOnly = new Set<string>();
  const takeBulks = async (waiting: Waiting): Promise<number> => {
    let records = 0;
    bulkOnly.clear();
    for (const resource of resources) {
      // A single edit, as most are, goes without a search for others that are alike.
      if (resource.writes?.bulk === undefined || waiting.get(resource.name)?.many !== true) continue;
      const key = `${resource.name} in bulk`;
      for (;;) {
        if ((underWay.get(key) ?? 0) >= BULKS) {
          bulkOnly.add(resource.name);
          break;
        }
        const edits = allow.includes('update') ? await claimBulk(ctx.db, ctx.lease, resource) : [];
        if (edits.length === 0) break;
        records += edits.length;
        const claims = edits.map((edit) => ({
          resource: resource.name,
          record: edit.record_id,
          edits: [edit],
        }));
        start(key, claims, () => carryBulk(push, resource, edits));
      }
    }
    return records;
  };

  return {
    async begin() {
      await quarantine(ctx);
      await publishEditSettings(ctx.db, ctx.lease, options);
      const arriving = await requeueInterrupted(ctx.db, ctx.lease, requestTimeoutMs);
      for (const { ms, ...named } of arriving) markInFlight(push, named, { ms });
      const revived = arriving.filter((one) => one.revived).length;
      if (revived > 0) ctx.log.info({ edits: revived }, 'edits were under way when the last process ended');
    },
    async take() {
      throwFailure();
      for (let one = stranded[0]; one !== undefined; one = stranded[0]) {
        await postpone(push, one.claim, one.error);
        stranded.shift();
      }
      if (allow.length === 0) return { records: 0, waiting: false };
      const waiting = await waitingEdits(ctx.db.orm);
      if (waiting.size === 0) return { records: 0, waiting: false };
      const room = new Map(
        names
          .filter((name) => waiting.has(name))
          .map((name) => {
            const records = SIDE_BY_SIDE - (underWay.get(name) ?? 0);
            return [name, { records, bytes: BYTES - (bytesUnderWay.get(name) ?? 0) }] as const;
          })
          .filter(([, { records, bytes }]) => records > 0 && bytes > 0),
      );
      const bulks = await takeBulks(waiting);
      for (const resource of bulkOnly) room.delete(resource);
      if (room.size === 0) return { records: bulks, waiting: true };
      const newest = newestOf(room, waiting);
      const claims = await claimEdits(ctx.db, ctx.lease, room, allowedWork(allow), newest);
      for (const { resource } of claims)
        if (newest.has(resource)) turns.set(resource, (turns.get(resource) ?? 0) + 1);
      for (const claim of claims) start(claim.resource, [claim], () => carry(push, claim), claim.bytes);
      return { records: bulks + claims.length, waiting: true };
    },
    async idle() {
      while (running.size > 0) await Promise.race(running);
      throwFailure();
    },
  };
}

/**
 * Sends all due edits and waits until they have ended or are put back. Returns the number of records.
 *
 * @throws what `take` and `idle` throw.
 */
export async function pushDue(pusher: Pusher): Promise<number> {
  let records = 0;
  for (;;) {
    const { records: taken } = await pusher.take();
    records += taken;
    if (taken === 0) {
      await pusher.idle();
      const { records: more } = await pusher.take();
      records += more;
      if (more === 0) return records;
    }
  }
}
