import { pino } from 'pino';
import { describe, expect } from 'vitest';
import { connect } from '../../src/db/connection/connect.ts';
import { changing } from '../../src/db/lease/transaction.ts';
import { noteRereads, waitingResources } from '../../src/db/mirror/rereads.ts';
import { enqueueCommand } from '../../src/db/progress/handovers.ts';
import { every } from '../../src/sync/lib/every.ts';
import { newNotices, type QueueName } from '../../src/sync/lib/notices.ts';
import { createDatabase, type TestDatabase, test } from '../helpers/database.ts';

const NEVER_MS = 86_400_000;
/** What is looked at so often is looked at for want of notifications. */
const DEAF_MS = 7;

/** What a test of queues works with. */
interface Heard {
  readonly listen: (
    url: string,
    hearingMs?: number,
  ) => { lookMs(): number; rung(queue: QueueName, ms?: number): Promise<boolean>; readonly next: Next };
  readonly queue: (table: QueueName) => Promise<void>;
}
type Next = (queue: QueueName, look: () => Promise<boolean>, signal: AbortSignal) => Promise<void>;

async function withNotices(database: TestDatabase, work: (heard: Heard) => Promise<void>): Promise<void> {
  const db = await connect(database.url);
  const opened: (() => Promise<void>)[] = [];
  try {
    await work({
      listen(listenUrl, hearingMs = NEVER_MS) {
        const notices = newNotices(
          { db, log: pino({ level: 'silent' }) },
          { listenUrl, deafMs: DEAF_MS, hearingMs, times: { echoMs: 50, answerMs: 2_000 } },
        );
        opened.push(notices.close);
        return {
          lookMs: notices.lookMs,
          async rung(queue, ms = 5_000) {
            const startedAt = performance.now();
            await notices.bells[queue].wait(ms, new AbortController().signal);
            return performance.now() - startedAt < ms - 1;
          },
          next: (queue, look, signal) =>
            every({ ms: notices.lookMs, bell: notices.bells[queue] }, signal, look, (error) => {
              throw error;
            }),
        };
      },
      queue: (table) =>
        changing(db, async (tx) => {
          if (table === 'rereads') await noteRereads(tx, 'issues', ['one'], {}, 'hint');
          else await enqueueCommand(tx, { command: 'push', arguments: { dryRun: true } });
        }),
    });
  } finally {
    for (const close of opened) await close();
    await db.close();
  }
}

describe('what is put into a queue', () => {
  test.for(['rereads', 'handovers'] as const)(
    'is told of as it is committed: %s',
    async (table, { database }) => {
      await withNotices(database, async ({ listen, queue }) => {
        const { lookMs, rung } = listen(database.url);
        await expect.poll(lookMs).toBe(NEVER_MS);
        // The beginning, and the change from deaf to hearing, have rung all of them.
        while (await rung(table, 30));
        const other = table === 'rereads' ? 'handovers' : 'rereads';
        while (await rung(other, 30));
        await queue(table);
        expect(await rung(table)).toBe(true);
        expect(await rung(other, 30)).toBe(false);
      });
    },
  );

  test('is found by the look now and then where the notification was lost', async ({ database }) => {
    await withNotices(database, async ({ listen, queue }) => {
      const { lookMs, next } = listen(database.url, 40);
      await expect.poll(lookMs).toBe(40);
      await database.pool.query('ALTER TABLE pylon_sync.rereads DISABLE TRIGGER pylon_sync_tell');
      const stop = new AbortController();
      const db = await connect(database.url);
      const found = next(
        'rereads',
        async () => {
          if ((await waitingResources(db.orm)).length > 0) stop.abort();
          return false;
        },
        stop.signal,
      );
      await queue('rereads');
      await found;
      await db.close();
    });
  });
});

describe('where notifications do not arrive', () => {
  test('queues are looked at as often as ever, as behind a pooler that takes LISTEN and passes nothing on', async ({
    database,
  }) => {
    // Whoever listens in another database of the server is told nothing.
    const elsewhere = await createDatabase();
    await withNotices(database, async ({ listen, queue }) => {
      await elsewhere.pool.query('SELECT 1');
      const { lookMs, rung } = listen(elsewhere.url);
      // The beginning of listening has rung: from here on echoes would come.
      expect(await rung('rereads')).toBe(true);
      await queue('rereads');
      expect(await rung('rereads', 200)).toBe(false);
      expect(lookMs()).toBe(DEAF_MS);
    });
    await elsewhere.drop();
  });

  test('any more, the next looks come as often as ever until they arrive again', async ({ database }) => {
    await withNotices(database, async ({ listen }) => {
      const { lookMs, rung } = listen(database.url);
      await expect.poll(lookMs).toBe(NEVER_MS);
      while (await rung('edits', 30));
      await database.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'pylon-sync listen'`,
      );
      // Who waits for a day is woken, and reckons anew.
      expect(await rung('edits')).toBe(true);
      expect(lookMs()).toBe(DEAF_MS);
    });
  });
});
