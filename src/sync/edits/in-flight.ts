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
  ms = requestTimeoutMs,
): void {
  inFlight.set(keyOf(named), performance.now() + ms);
}

/** Returns for how many milliseconds an earlier request for a record may still take effect; 0 if none can. */
export function inFlightMs({ inFlight }: PushContext, named: Named): number {
  const left = (inFlight.get(keyOf(named)) ?? 0) - performance.now();
  if (left <= 0) inFlight.delete(keyOf(named));
  return Math.max(0, left);
}

/**
 * Must be called before anything is sent for a record.
 *
 * @throws NotYetError while an earlier request whose answer was lost may still take effect.
 */
export function assertNoInFlightRequest(push: PushContext, { resource, record }: EditTarget): void {
  const left = inFlightMs(push, { resource: resource.name, record });
  if (left > 0) throw new NotYetError(left);
}

/** Notes that no request for a record can still take effect. */
export function clearInFlight({ inFlight }: PushContext, { resource, record }: EditTarget): void {
  inFlight.delete(keyOf({ resource: resource.name, record }));
}
