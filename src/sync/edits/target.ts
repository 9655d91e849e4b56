import type { PolicyFor } from '../../edits/conflicts.ts';
import { PermanentError, reasonOf } from '../../errors.ts';
import type { Pylon } from '../../pylon/types.ts';
import type { Resource } from '../../resources/define.ts';
import type { Context } from '../pass/context.ts';

/** What carrying edits needs beside the context. */
export interface PushContext {
  readonly ctx: Context;
  readonly pylon: Pylon;
  readonly policy: PolicyFor;
  /** How long a request may be on its way, milliseconds. */
  readonly requestTimeoutMs: number;
  /** Until when a request whose answer was lost may still take effect (`performance.now()`), by record. */
  readonly inFlight: Map<string, number>;
}

/** One record's edits on their way. */
export interface EditTarget {
  readonly resource: Resource;
  readonly record: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** An edit of which no request can be made, however often it is tried. */
export class NoRequestError extends PermanentError {
  override name = 'NoRequestError';
}

/**
 * Makes what is to be sent.
 *
 * @throws NoRequestError in the place of whatever goes wrong.
 */
export function prepared<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw new NoRequestError(`no request can be made of it: ${reasonOf(cause)}`, { cause });
  }
}
