import { WORKS_ELSEWHERE } from '../../db/workspace/token.ts';
import { PermanentError, reasonOf, TransientError } from '../../errors.ts';
import { createPylon } from '../../pylon/client.ts';
import { PylonError } from '../../pylon/errors.ts';
import type { Pylon, PylonRequest } from '../../pylon/types.ts';
import { workspaceOf } from '../../sync/session/workspace.ts';
import type { Backoff } from './backoff.ts';
import { pylonOptions } from './pylon.ts';
import type { Setup } from './setup.ts';

/** Pylon refuses the token and so every request; the message says where to make tokens. */
export class TokenRefusedError extends PermanentError {
  override name = 'TokenRefusedError';
}

/** What this process knows of its token. */
export interface TokenRecord {
  /**
   * Whether Pylon has answered a request other than `GET /me` with it. A token that never worked is a mistake; one
   * that did and is refused now has been revoked.
   */
  worked: boolean;
}

/** Whether Pylon answered 401. */
const isUnauthorized = (error: unknown): error is PylonError =>
  error instanceof PylonError && error.status === 401;

/**
 * Wraps the client to watch its token. When Pylon answers 401, it fetches `GET /me`: if Pylon answers 401 there too,
 * the token is refused and `onRefused` is called; otherwise only that request fails, with a PermanentError, or with a
 * TransientError while `GET /me` gets no answer.
 */
export function watchToken(pylon: Pylon, record: TokenRecord, onRefused: (error: Error) => void): Pylon {
  let asking: Promise<'taken' | 'refused' | 'unknown'> | undefined;
  const judgeToken = () => {
    asking ??= workspaceOf(pylon).then(
      () => 'taken',
      (error: unknown) => (isUnauthorized(error) ? 'refused' : 'unknown'),
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
      if (!isUnauthorized(error)) throw error;
      const verdict = asked.route === '/me' ? 'refused' : await judgeToken();
      if (verdict === 'taken')
        throw new PermanentError(`${reasonOf(error)}, ${WORKS_ELSEWHERE}`, { cause: error });
      if (verdict === 'unknown')
        throw new TransientError(
          `${reasonOf(error)}, and GET /me does not say whether the token is refused`,
          {
            cause: error,
          },
        );
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

/** The token may be revoked for good, so one attempt each time is enough. */
const PROBE = { timeoutMs: 15_000, retry: { attempts: 1, baseMs: 0, capMs: 0 } };

/**
 * Polls `GET /me`, backing off, until Pylon accepts the token. Needs no lease: it reads nothing else. `onWait` is
 * called before each wait.
 */
export async function untilAccepted(
  setup: Setup,
  refusal: unknown,
  backoff: Backoff,
  onWait: () => Promise<void>,
): Promise<void> {
  const { signal } = setup;
  const pylon = createPylon({ ...pylonOptions(setup, () => 0n), ...PROBE });
  try {
    for (let error = refusal; ; ) {
      await onWait();
      await backoff.wait(error);
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
