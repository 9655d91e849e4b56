import { claimBulk } from '../../db/edits/bulk.ts';
import { type Claim, claimEdits, waitingEdits } from '../../db/edits/queue.ts';
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
import type { Context } from '../pass/context.ts';
import { quarantine } from './quarantine.ts';

export interface PushOptions extends EditSettings {
  readonly policy: PolicyFor;
  readonly resources: readonly Resource[];
  /** How long a request may be on its way, milliseconds. */
  readonly requestTimeoutMs: number;
}

/** Records of one resource under way side by side: enough to keep its endpoints' limits busy. */
const SIDE_BY_SIDE = 24;
/** Requests for many records of one resource, likewise. */
const BULKS = 12;

/** What was found in the queue. */
interface Taken {
  /** How many records were taken up. */
  readonly records: number;
  /** Whether edits had been waiting, or were under way: others may come to be due without a word. */
  readonly waiting: boolean;
}

export interface Pusher {
  /** Takes up where the process before stopped, and tells the triggers what is carried. */
  begin(): Promise<void>;
  /** Takes up what is due and there is room for, and goes on with it. */
  take(): Promise<Taken>;
  /** Until nothing is under way any more. */
  idle(): Promise<void>;
}

/**
 * Carries edits to Pylon, records side by side, each record's in their order. `onFree` is called when there is room
 * for more.
 *
 * What is no record's matter is thrown by the next `take`, or `idle`.
 */
export function newPusher(ctx: Context, options: PushOptions, onFree: () => void = () => {}): Pusher {
  const { resources, allow, policy, requestTimeoutMs } = options;
  const push: PushContext = {
    ...{ ctx, policy, requestTimeoutMs },
    pylon: ctx.pylon.prioritised('edit'),
    inFlight: new Map(),
  };
  const acted = new Set(actions.map(({ resource }) => resource));
  const names = resources
    .filter(({ name, writes }) => writes !== undefined || acted.has(name))
    .map(({ name }) => name);
  const underWay = new Map<string, number>();
  const running = new Set<Promise<void>>();
  /** What could not even be put back. */
  const stranded: { readonly claim: Claim; readonly error: unknown }[] = [];
  let failure: { readonly error: unknown } | undefined;

  /** Throws, once, what went wrong with more than a record. */
  const tell = () => {
    const told = failure;
    failure = undefined;
    if (told !== undefined) throw told.error;
  };
  const start = (resource: string, claims: readonly Claim[], carried: () => Promise<void>) => {
    underWay.set(resource, (underWay.get(resource) ?? 0) + 1);
    const work: Promise<void> = carried()
      .catch((error: unknown) => {
        stranded.push(...claims.map((claim) => ({ claim, error })));
        failure ??= { error };
      })
      .finally(() => {
        running.delete(work);
        underWay.set(resource, (underWay.get(resource) ?? 1) - 1);
        onFree();
      });
    running.add(work);
  };

  /** Resources whose alike edits wait for room: these are not to go one by one. */
  const bulkOnly = new Set<string>();
  const takeBulks = async (waiting: readonly string[]): Promise<number> => {
    let records = 0;
    bulkOnly.clear();
    for (const resource of resources) {
      if (resource.writes?.bulk === undefined || !waiting.includes(resource.name)) continue;
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
      for (const { ms, ...named } of arriving) markInFlight(push, named, ms);
      const revived = arriving.filter((one) => one.revived).length;
      if (revived > 0) ctx.log.info({ edits: revived }, 'edits were under way when the last process ended');
    },
    async take() {
      tell();
      for (let one = stranded[0]; one !== undefined; one = stranded[0]) {
        await postpone(push, one.claim, one.error);
        stranded.shift();
      }
      if (allow.length === 0) return { records: 0, waiting: false };
      const waiting = await waitingEdits(ctx.db.orm);
      if (waiting.length === 0) return { records: 0, waiting: false };
      const room = new Map(
        names
          .filter((name) => waiting.includes(name))
          .map((name) => [name, SIDE_BY_SIDE - (underWay.get(name) ?? 0)] as const)
          .filter(([, free]) => free > 0),
      );
      const bulks = await takeBulks(waiting);
      for (const resource of bulkOnly) room.delete(resource);
      if (room.size === 0) return { records: bulks, waiting: true };
      const claims = await claimEdits(ctx.db, ctx.lease, room, allowedWork(allow));
      for (const claim of claims) start(claim.resource, [claim], () => carry(push, claim));
      return { records: bulks + claims.length, waiting: true };
    },
    async idle() {
      while (running.size > 0) await Promise.race(running);
      tell();
    },
  };
}

/** Takes up all that is due, once, and waits for its end. The number of records. */
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
