import { describe, expect } from 'vitest';
import { writing } from '../../src/db/lease/transaction.ts';
import type { Item } from '../../src/db/mirror/store.ts';
import { markDeleted } from '../../src/db/mirror/tombstones.ts';
import { markAllRead } from '../../src/db/progress/reads.ts';
import { issueMessages } from '../../src/resources/issue_messages.ts';
import { issues } from '../../src/resources/issues.ts';
import { type Mirror, test } from '../helpers/leased-database.ts';
import { countingRoundTrips } from '../helpers/round-trips.ts';

/** The answer that lists an issue's messages. */
interface Given {
  readonly issue: string;
  /** Ids of messages, with their texts. */
  readonly messages: Readonly<Record<string, string>>;
  readonly asked?: bigint | undefined;
  readonly answered?: bigint | undefined;
  /** Whether it is a listing from its beginning to its end. */
  readonly isComplete?: boolean;
}

function itemsOf(mirror: Mirror, given: readonly Given[]): readonly (Item & { readonly id: string })[] {
  const store = mirror.storer(issueMessages);
  return given.map(({ issue, messages, isComplete = false, ...order }) => {
    const asked = order.asked ?? mirror.lease.nextOrder();
    const answered = order.answered ?? mirror.lease.nextOrder();
    const objects = Object.entries(messages).map(([id, message_html]) => ({ id, message_html }));
    const batch = store.map(objects, { issue_id: issue }, { asked, answered });
    const seen = Object.keys(messages);
    return { id: issue, batch, listed: isComplete ? { parent: issue, seen, asked } : undefined };
  });
}

/** Stores answers in one transaction, which marks the issues whose answer was stored in full as read. */
const storeAll = (mirror: Mirror, given: readonly Given[]) =>
  mirror.storer(issueMessages).writeAll(itemsOf(mirror, given), (tx, _, whole) =>
    markAllRead(
      tx,
      'issue_messages',
      whole.map(({ id }) => ({ id, mark: 'now' })),
    ),
  );

const messagesIn = async ({ rows }: Mirror) =>
  Object.fromEntries(
    (
      await rows<{ id: string; text: string }>(
        'SELECT id, message_html AS text FROM pylon.issue_messages WHERE _deleted_at IS NULL ORDER BY id',
      )
    ).map(({ id, text }) => [id, text]),
  );

const readOf = async ({ rows }: Mirror) =>
  (
    await rows<{ id: string }>('SELECT record_id AS id FROM pylon_sync.reads ORDER BY record_id COLLATE "C"')
  ).map(({ id }) => id);

describe('answers that are stored in one transaction', () => {
  test('cost four round trips, however many they are', async ({ mirror }) => {
    const each = async (prefix: string, count: number) => {
      const given = Array.from({ length: count }, (_, n) => ({
        issue: `${prefix}${n}`,
        messages: { [`${prefix}${n}a`]: 'one', [`${prefix}${n}b`]: 'two' },
        isComplete: true,
      }));
      return (await countingRoundTrips(() => storeAll(mirror, given))).asked;
    };
    const one = await each('i', 1);
    expect(one.roundTrips).toBe(4);
    expect(await each('j', 20)).toEqual(one);
    expect(Object.keys(await messagesIn(mirror))).toHaveLength(42);
    expect(await readOf(mirror)).toHaveLength(21);
  });

  test('keep each their own place in the order of requests', async ({ mirror }) => {
    const [t1, t2, t3, t4, t5, t6] = Array.from({ length: 6 }, () => mirror.lease.nextOrder());
    await storeAll(mirror, [{ issue: 'i', messages: { a: 'A', b: 'B' }, asked: t1, answered: t3 }]);
    // One was asked for before what stands had been answered, the other after.
    const { outcomes } = await storeAll(mirror, [
      { issue: 'i', messages: { a: 'older' }, asked: t2, answered: t6 },
      { issue: 'j', messages: { b: 'newer', c: 'new' }, asked: t4, answered: t5 },
    ]);
    expect(await messagesIn(mirror)).toEqual({ a: 'A', b: 'newer', c: 'new' });
    expect(outcomes).toEqual([
      { left: undefined, deferred: ['a'] },
      { left: undefined, deferred: [] },
    ]);
    const places = await mirror.rows(
      'SELECT id, _order::text AS place FROM pylon.issue_messages ORDER BY id',
    );
    expect(places.map(({ id, place }) => [id, BigInt(String(place))])).toEqual([
      ['a', t3],
      ['b', t5],
      ['c', t5],
    ]);
  });

  test.for([false, true])(
    'about one record leave the later of them, in whatever order they come (%s)',
    async (isReversed, { mirror }) => {
      const older = { issue: 'i', messages: { a: 'older', b: 'B' }, isComplete: true };
      const newer = { issue: 'j', messages: { a: 'newer' } };
      const [t1, t2, t3, t4] = Array.from({ length: 4 }, () => mirror.lease.nextOrder());
      const given = [
        { ...older, asked: t1, answered: t2 },
        { ...newer, asked: t3, answered: t4 },
      ];
      await storeAll(mirror, isReversed ? given.toReversed() : given);
      expect(await messagesIn(mirror)).toEqual({ a: 'newer', b: 'B' });
    },
  );
});

describe('of answers that are stored in one transaction', () => {
  test('one whose parent is gone is left out, and the others are stored', async ({ mirror }) => {
    await mirror.store(issues, [{ id: 'i' }, { id: 'j' }]);
    const gone = {
      asked: mirror.lease.nextOrder(),
      answered: mirror.lease.nextOrder(),
      scan: null,
      evidence: {},
    };
    await writing(mirror, mirror.lease, (tx) => markDeleted(tx, issues, ['i'], gone));
    const { outcomes } = await storeAll(mirror, [
      { issue: 'i', messages: { a: 'A' } },
      { issue: 'j', messages: { b: 'B' } },
    ]);
    expect(outcomes.map(({ left }) => left)).toEqual(['gone', undefined]);
    expect(await messagesIn(mirror)).toEqual({ b: 'B' });
    expect(await readOf(mirror)).toEqual(['j']);
  });

  test('one that lacks rows of its parent is left out until their deletion is proved', async ({ mirror }) => {
    await storeAll(mirror, [{ issue: 'i', messages: { a: 'A', b: 'B' } }]);
    await mirror.rows('DELETE FROM pylon_sync.reads');
    const { outcomes, unchanged } = await storeAll(mirror, [
      { issue: 'i', messages: { a: 'edited' }, isComplete: true },
      { issue: 'j', messages: { c: 'C' }, isComplete: true },
      // The rest of a listing whose beginning was read before proves nothing.
      { issue: 'k', messages: {} },
    ]);
    expect(outcomes.map(({ left }) => left)).toEqual(['missing', undefined, undefined]);
    expect(unchanged).toBe(0);
    expect(await messagesIn(mirror)).toEqual({ a: 'A', b: 'B', c: 'C' });
    expect(await readOf(mirror)).toEqual(['j', 'k']);
  });

  test('one with a row that somebody has locked is not noted as read, and the others are', async ({
    mirror,
    locks,
  }) => {
    await storeAll(mirror, [{ issue: 'i', messages: { a: 'A', b: 'B' } }]);
    await mirror.rows('DELETE FROM pylon_sync.reads');
    const lock = await locks.row('pylon.issue_messages', 'a');
    const { outcomes } = await storeAll(mirror, [
      { issue: 'i', messages: { a: 'edited', b: 'edited' } },
      { issue: 'j', messages: { c: 'C' } },
    ]);
    await lock.release();
    expect(outcomes.map(({ deferred }) => deferred)).toEqual([['a'], []]);
    expect(await messagesIn(mirror)).toEqual({ a: 'A', b: 'edited', c: 'C' });
    expect(await readOf(mirror)).toEqual(['j']);
  });

  test('a row that cannot be stored is rejected by itself', async ({ mirror }) => {
    await mirror.rows("ALTER TABLE pylon.issue_messages ADD CHECK (message_html <> 'bad')");
    const { rejected, inserted } = await storeAll(mirror, [
      { issue: 'i', messages: { a: 'bad', b: 'B' } },
      { issue: 'j', messages: { c: 'C' } },
    ]);
    expect({ rejected, inserted }).toEqual({ rejected: 1, inserted: 2 });
    expect(await messagesIn(mirror)).toEqual({ b: 'B', c: 'C' });
    expect(await readOf(mirror)).toEqual(['i', 'j']);
  });
});
