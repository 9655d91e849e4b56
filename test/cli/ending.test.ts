import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TEMPO } from '../../src/cli/process/tempo.ts';
import { newShutdownTracker, runWithShutdownDeadline } from '../../src/cli/runtime/shutdown.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function ending(work: () => Promise<number>) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info', base: null }, { write: (line) => lines.push(JSON.parse(line)) });
  const stop = new AbortController();
  const opened = newShutdownTracker();
  let status: number | undefined;
  void runWithShutdownDeadline({ tracker: opened, log, signal: stop.signal, ...TEMPO }, () =>
    opened.track('everything', () => opened.track('the database', work)),
  ).then((ended) => {
    status = ended;
  });
  return { stop, said: () => lines.map(({ msg }) => msg), lines, status: () => status };
}

test('what does not end is named after three seconds, and given up before the ten that supervisors wait', async () => {
  const { stop, said, lines, status } = ending(() => new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(said()).toEqual([]);
  stop.abort();
  await vi.advanceTimersByTimeAsync(2_999);
  expect(said()).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(lines[0]).toMatchObject({ msg: 'not ended yet', waitingFor: 'the database' });
  await vi.advanceTimersByTimeAsync(6_499);
  expect(status()).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect([status(), said()]).toEqual([1, ['not ended yet', 'not ended in time: giving up']]);
});

test('what ends in time has the last word', async () => {
  let end = (_: number) => {};
  const { stop, said, status } = ending(
    () =>
      new Promise((resolve) => {
        end = resolve;
      }),
  );
  stop.abort();
  await vi.advanceTimersByTimeAsync(2_000);
  end(3);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([status(), said()]).toEqual([3, []]);
});

test('supervisors, who wait ten seconds, see what was given up end by itself', () => {
  expect(TEMPO.finishMs).toBeLessThan(TEMPO.mostMs);
  expect(TEMPO.mostMs).toBeLessThan(10_000);
});
