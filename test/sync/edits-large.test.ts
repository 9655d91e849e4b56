import { expect } from 'vitest';
import { claimEdits } from '../../src/db/edits/queue.ts';
import { resourceNamed } from '../../src/resources/index.ts';
import { pushDue } from '../../src/sync/push/push.ts';
import { pusherOn, statesIn } from '../helpers/edits.ts';
import { newGate } from '../helpers/gate.ts';
import { test } from '../helpers/session.ts';

const RESOURCES = ['accounts', 'contacts', 'issues'].map(resourceNamed);

/** Characters of a long title. Its column is small: Postgres compresses it. */
const LONG = 1_500_000;

/** SQL that gives ten issues titles of about so many characters. */
const retitle = (characters: number) =>
  `UPDATE pylon.issues SET title = repeat('x', ${characters}) || number WHERE number <= (SELECT min(number) + 9 FROM pylon.issues)`;

test('edits of megabytes are sent a few at a time, all of them, and small ones beside them', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 12 }, { resources: RESOURCES });
  const { sandbox } = mirrored;
  await database.pool.query(retitle(LONG));
  await database.pool.query("UPDATE pylon.accounts SET name = 'Small' || id");
  const accounts = [...sandbox.world.all('accounts')].length;
  const gate = newGate();
  for (let requests = 0; requests < 10; requests += 1)
    sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: 'slow', until: gate.opened });
  const pusher = pusherOn(mirrored, { resources: RESOURCES });
  await pusher.begin();
  // The third is the one that reaches four megabytes; of accounts there is room for 24.
  expect(await pusher.take()).toEqual({ records: 3 + Math.min(accounts, 24), waiting: true });
  const small = async () =>
    (
      await database.pool.query(
        "SELECT FROM pylon_sync.edits WHERE resource = 'accounts' AND state <> 'applied'",
      )
    ).rowCount;
  // None of these waits for those, and none of those is claimed meanwhile.
  await expect
    .poll(async () => {
      await pusher.take();
      return small();
    })
    .toBe(0);
  const { rows } = await database.pool.query(
    "SELECT state, count(*)::int AS n FROM pylon_sync.edits WHERE resource = 'issues' GROUP BY state ORDER BY state",
  );
  expect(rows).toEqual([
    { state: 'pending', n: 7 },
    { state: 'sending', n: 3 },
  ]);
  gate.open();
  await pushDue(pusher);
  expect(new Set(await statesIn(database))).toEqual(new Set(['applied']));
  const titles = [...sandbox.world.all('issues')].map(({ object }) => `${object.title}`.length);
  expect(titles.filter((length) => length > LONG)).toHaveLength(10);
});

test('one that is larger than all the room goes by itself, with the others of its record', async ({
  mirror,
  database,
}) => {
  const { session } = await mirror({ issues: 12 }, { resources: RESOURCES });
  const { ctx } = session;
  await database.pool.query(retitle(2_000));
  await database.pool.query(retitle(1_000));
  const claim = async (bytes: number) =>
    (await claimEdits(ctx.db, ctx.lease, new Map([['issues', { records: 24, bytes }]]), ['update'])).map(
      ({ edits, bytes }) => [edits.length, bytes > 3_000],
    );
  expect(await claim(1)).toEqual([[2, true]]);
  // Both of each record: 3,000 characters, and what they replace.
  expect(await claim(3_000)).toEqual([[2, true]]);
  expect(await claim(2 ** 22)).toEqual(Array.from({ length: 8 }, () => [2, true]));
});
