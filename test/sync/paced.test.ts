import { describe, expect, test } from 'vitest';
import { runPaced } from '../../src/sync/lib/paced.ts';

/** Runs work until it has begun so many pieces; when each began, from the start, and what failed. */
async function paced(
  pieces: number,
  {
    everyMs,
    work = async () => true,
    idleMs = 20,
  }: { everyMs: () => number; work?: () => Promise<boolean>; idleMs?: number },
) {
  const stop = new AbortController();
  const startedAt = performance.now();
  const began: number[] = [];
  const failed: unknown[] = [];
  await runPaced(
    {
      name: 'test',
      everyMs: async () => everyMs(),
      work: async () => {
        began.push(performance.now() - startedAt);
        if (began.length === pieces) stop.abort();
        return work();
      },
    },
    (error) => failed.push(error),
    stop.signal,
    idleMs,
  );
  return { began, failed };
}

describe('work at a pace', () => {
  test('waits its turn before the first piece, and counts from the beginning of each', async () => {
    const slow = () => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 40));
    const { began } = await paced(3, { everyMs: () => 60, work: slow });
    expect(began[0]).toBeGreaterThan(55);
    expect((began[2] ?? 0) - (began[0] ?? 0)).toBeGreaterThan(115);
  });

  test('takes a pace that has changed while it waits', async () => {
    let asked = 0;
    const everyMs = () => {
      asked += 1;
      // Ten days, as long as there is nothing in the table.
      return asked < 4 ? 864_000_000 : 1;
    };
    const { began } = await paced(1, { everyMs, idleMs: 5 });
    expect(asked).toBe(4);
    expect(began).toHaveLength(1);
  });

  test('goes on after a piece that fails, and after a pace that cannot be told', async () => {
    let asked = 0;
    const { began, failed } = await paced(2, {
      everyMs: () => {
        asked += 1;
        if (asked === 2) throw new Error('database away');
        return 0;
      },
      work: async () => {
        throw new Error('no luck');
      },
    });
    expect(began).toHaveLength(2);
    expect(failed.map((error) => (error as Error).message)).toEqual(['no luck', 'database away']);
  });
});
