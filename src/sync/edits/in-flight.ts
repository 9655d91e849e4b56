import { TransientError } from '../../errors.ts';
import type { EditTarget, PushContext } from './target.ts';

/** Nothing may be sent for a record yet, for at least `leastMs` milliseconds. */
export class NotYetError extends TransientError {
  override name = 'NotYetError';
  readonly leastMs: number;
  constructor(leastMs: number, why = 'an earlier request may still be on its way') {
    super(why);
    this.leastMs = leastMs;
  }
}

/** A record: the resource's name and the id. */
interface Named {
  readonly resource: string;
  readonly record: string;
}

const keyOf = ({ resource, record }: Named): string => `${resource} ${record}`;

/** Notes that a request whose answer was lost may still take effect, for `ms` milliseconds. */
export function markInFlight(
  { inFlight, requestTimeoutMs }: PushContext,
  named: Named,
  { ms = requestTimeoutMs, reason }: { readonly ms?: number; readonly reason?: string } = {},
): void {
  inFlight.set(keyOf(named), { until: performance.now() + ms, reason });
}

/** Returns for how many milliseconds an earlier request for a record may still take effect; 0 if none can. */
export function inFlightMs({ inFlight }: PushContext, named: Named): number {
  const left = (inFlight.get(keyOf(named))?.until ?? 0) - performance.now();
  if (left <= 0) inFlight.delete(keyOf(named));
  return Math.max(0, left);
}

/** The wait for an earlier request, with the reason why its answer was lost where this process sent it. */
export function stillOnItsWay({ inFlight }: PushContext, named: Named, leastMs: number): NotYetError {
  const reason = inFlight.get(keyOf(named))?.reason;
  if (reason === undefined) return new NotYetError(leastMs);
  return new NotYetError(leastMs, `an earlier request may still be on its way (${reason})`);
}

/**
 * Must be called before anything is sent for a record.
 *
 * @throws NotYetError while an earlier request whose answer was lost may still take effect.
 */
export function assertNoInFlightRequest(push: PushContext, { resource, record }: EditTarget): void {
  const named = { resource: resource.name, record };
  const left = inFlightMs(push, named);
  if (left > 0) throw stillOnItsWay(push, named, left);
}

/** Notes that no request for a record can still take effect. */
export function clearInFlight({ inFlight }: PushContext, { resource, record }: EditTarget): void {
  inFlight.delete(keyOf({ resource: resource.name, record }));
}
