import { reasonOf } from '../../../errors.ts';
import { newFailureLog } from '../../../sync/lib/failure-log.ts';
import type { Setup } from '../setup.ts';
import { answerInWords, isTaken, request } from './request.ts';

/**
 * Returns a function that requests `PYLON_SYNC_PING_URL` and returns at once: for a service that raises an alarm when
 * no request comes. A request that fails is logged and not repeated, and holds up nothing; while one is in flight, there
 * is no other.
 */
export function newPing(
  setup: Pick<Setup, 'config' | 'fetch' | 'conceal' | 'log' | 'signal' | 'version'>,
): () => void {
  const { config, conceal, log, signal } = setup;
  const url = config.pingUrl;
  if (url === undefined) return () => {};
  const failures = newFailureLog(log);
  let isInFlight = false;
  const ping = async () => {
    try {
      const answer = await request(setup, url, { method: 'GET' });
      if (!isTaken(answer)) throw new Error(answerInWords(answer));
      failures.recovered('ping');
    } catch (error) {
      if (!signal.aborted)
        failures.failed('ping', { pass: 'ping', reason: `PYLON_SYNC_PING_URL: ${conceal(reasonOf(error))}` });
    } finally {
      isInFlight = false;
    }
  };
  return () => {
    if (isInFlight || signal.aborted) return;
    isInFlight = true;
    void ping();
  };
}
