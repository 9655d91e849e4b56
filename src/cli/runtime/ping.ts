import { reasonOf } from '../../errors.ts';
import { link } from '../../pylon/wire/signal.ts';
import { newFailureLog } from '../../sync/lib/failure-log.ts';
import type { Setup } from './setup.ts';

/** Milliseconds that one request may take: the next one comes within a minute. */
const PING_MS = 10_000;

/**
 * Returns a function that requests `PYLON_SYNC_PING_URL` and returns at once: for a service that raises an alarm when
 * no request comes. A request that fails is logged and not repeated, and holds up nothing; while one is in flight, there
 * is no other.
 */
export function newPing(
  setup: Pick<Setup, 'config' | 'fetch' | 'conceal' | 'log' | 'signal' | 'version'>,
): () => void {
  const { config, fetch, conceal, log, signal, version } = setup;
  const url = config.pingUrl;
  if (url === undefined) return () => {};
  const failures = newFailureLog(log);
  let isInFlight = false;
  const ping = async () => {
    const linked = link(signal);
    const timer = setTimeout(() => linked.abort(new Error(`no answer within ${PING_MS} ms`)), PING_MS);
    try {
      const response = await fetch(url.reveal(), {
        headers: { 'user-agent': `pylon-sync/${version}` },
        signal: linked.signal,
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      failures.recovered('ping');
    } catch (error) {
      if (!signal.aborted)
        failures.failed('ping', { pass: 'ping', reason: `PYLON_SYNC_PING_URL: ${conceal(reasonOf(error))}` });
    } finally {
      clearTimeout(timer);
      linked.unlink();
      isInFlight = false;
    }
  };
  return () => {
    if (isInFlight || signal.aborted) return;
    isInFlight = true;
    void ping();
  };
}
