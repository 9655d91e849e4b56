import type { PolicyFor } from '../../edits/conflicts.ts';
import { PermanentError, reasonOf } from '../../errors.ts';
import type { Pylon } from '../../pylon/types.ts';
import type { Resource } from '../../resources/define.ts';
import type { Exclusive } from '../lib/exclusive.ts';
import type { Context } from '../pass/context.ts';

/** A request whose answer was lost. */
interface InFlight {
  /** Until when it may still take effect (`performance.now()`). */
  readonly until: number;
  /** Why its answer was lost, where this process sent it. */
  readonly reason: string | undefined;
}

/** What sending edits needs beside the edits. */
export interface PushContext {
  readonly ctx: Context;
  readonly pylon: Pylon;
  readonly policy: PolicyFor;
  /** How long a request may be in flight, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** The last request whose answer was lost, by record. */
  readonly inFlight: Map<string, InFlight>;
  /** One request with files at a time. */
  readonly uploads: Exclusive;
}

/** The record whose edits are sent. `facts` are the parameters of its routes except the id. */
export interface EditTarget {
  readonly resource: Resource;
  readonly record: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** An edit from which no request can be built; retrying does not help. */
export class NoRequestError extends PermanentError {
  override name = 'NoRequestError';
}

/**
 * Builds what is to be sent.
 *
 * @throws NoRequestError, whose cause is what `make` threw.
 */
export function prepared<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw new NoRequestError(`no request can be made of it: ${reasonOf(cause)}`, { cause });
  }
}
