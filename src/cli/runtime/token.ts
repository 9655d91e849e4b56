import { WORKS_ELSEWHERE } from '../../db/workspace/token.ts';
import { PermanentError, reasonOf } from '../../errors.ts';
import { createPylon } from '../../pylon/client.ts';
import { PylonError } from '../../pylon/errors.ts';
import type { Pylon, PylonRequest } from '../../pylon/types.ts';
import { workspaceOf } from '../../sync/session/workspace.ts';
import type { Backoff } from './backoff.ts';
import { pylonOptions } from './pylon.ts';
import type { Setup } from './setup.ts';

/** Pylon refuses the token, and with it everything; the message says where tokens are made. */
export class TokenRefusedError extends PermanentError {
  override name = 'TokenRefusedError';
}

/** What this process knows of its token. */
export interface TokenRecord {
  /**
   * Whether Pylon has ever answered more than `GET /me` to it: a token that never worked is a mistake, another one
   * has been revoked.
   */
  worked: boolean;
}

const isRefusal = (error: unknown): error is PylonError =>
  error instanceof PylonError && error.status === 401;

/**
 * The client, telling what becomes of its token. Where a request is refused for it, `GET /me` is asked: if that is
 * refused too, `onRefused` is called; else the refusal is that request's own business, a failure like any other.
 */
export function watchToken(pylon: Pylon, record: TokenRecord, onRefused: (error: Error) => void): Pylon {
  let asking: Promise<boolean> | undefined;
  const isTaken = () => {
    asking ??= workspaceOf(pylon).then(
      () => true,
      () => false,
    );
    return asking.finally(() => {
      asking = undefined;
    });
  };
  const request = async (inner: Pylon, asked: PylonRequest) => {
    try {
      const answer = await inner.request(asked);
      record.worked ||= asked.route !== '/me';
      return answer;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (asked.route !== '/me' && (await isTaken()))
        throw new PermanentError(`${reasonOf(error)}, ${WORKS_ELSEWHERE}`, { cause: error });
      onRefused(error);
      throw error;
    }
  };
  const view = (inner: Pylon): Pylon => ({
    ...inner,
    counted: (count) => view(inner.counted(count)),
    prioritised: (priority) => view(inner.prioritised(priority)),
    request: (asked) => request(inner, asked),
  });
  return view(pylon);
}

/** Someone may have taken the token back for good: one attempt each time is enough. */
const PROBE = { timeoutMs: 15_000, retry: { attempts: 1, baseMs: 0, capMs: 0 } };

/** Asks Pylon now and then whether it takes the token, until it does. Needs no lease: it reads nothing else. */
export async function untilAccepted(setup: Setup, refusal: unknown, patience: Backoff): Promise<void> {
  const { signal } = setup.shell;
  const pylon = createPylon({ ...pylonOptions(setup, () => 0n), ...PROBE });
  try {
    for (let error = refusal; ; ) {
      await patience.wait(error);
      try {
        await workspaceOf(pylon, signal);
        return;
      } catch (again) {
        signal.throwIfAborted();
        error = again;
      }
    }
  } finally {
    await pylon.close();
  }
}
