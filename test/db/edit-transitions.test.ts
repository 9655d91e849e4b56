import { sql } from 'drizzle-orm';
import { expect } from 'vitest';
import { quarantineEdits } from '../../src/db/edits/identity.ts';
import { claimEdits, postponeEdits } from '../../src/db/edits/queue.ts';
import { changing, writing } from '../../src/db/lease/transaction.ts';
import { keepAnswer } from '../../src/db/settle/answered.ts';
import { settleEdit } from '../../src/db/settle/end.ts';
import { type Event, moves, STATES, type State } from '../../src/edits/states.ts';
import { accounts } from '../../src/resources/accounts.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { editsIn } from '../helpers/edits.ts';
import { type Session, test } from '../helpers/session.ts';

/** What each event is, as it happens: to edit 1, whatever state it is in. */
const HAPPENS: Readonly<Record<Event, (session: Session) => Promise<unknown>>> = {
  approve: ({ ctx }) => changing(ctx.db, (tx) => tx.execute(sql`SELECT pylon_sync.approve_edits('{1}')`)),
  discard: ({ ctx }) => changing(ctx.db, (tx) => tx.execute(sql`SELECT pylon_sync.discard_edits('{1}')`)),
  retry: ({ ctx }) => changing(ctx.db, (tx) => tx.execute(sql`SELECT pylon_sync.retry_edits('{1}')`)),
  claim: ({ ctx }) =>
    claimEdits(ctx.db, ctx.lease, new Map([['accounts', { records: 1, bytes: 1 }]]), ['update']),
  postpone: ({ ctx }) =>
    postponeEdits(ctx, [1], { waitMs: 0, error: 'Pylon did not answer', isEarly: false }),
  answer: ({ ctx }) =>
    keepAnswer(
      ctx,
      {
        ...{ is: 'updated', resource: accounts, record: 'a1', facts: {}, alsoReread: [], shown: undefined },
        ...{ editOutcomes: [{ id: 1, event: 'settle' }], edited: { id: 1, fields: [] } },
      },
      { tries: 1, error: 'a reason', waitMs: 0 },
    ),
  settle: (session) => ends(session, 'settle'),
  hold: (session) => ends(session, 'hold'),
  refuse: (session) => ends(session, 'refuse'),
  quarantine: async ({ ctx }) => {
    await changing(ctx.db, (tx) =>
      tx.execute(sql`
        INSERT INTO pylon_sync.settings (key, value) VALUES ('identity', '"another"')
            ON CONFLICT (key) DO UPDATE SET value = excluded.value`),
    );
    await quarantineEdits(ctx.db, ctx.lease);
  },
};

const ends = ({ ctx }: Session, event: 'settle' | 'hold' | 'refuse') =>
  writing(ctx.db, ctx.lease, (tx) => settleEdit(tx, { id: 1, event, error: 'a reason' }));

/** What a person may not do although the daemon may: an edit that is on its way cannot be called back. */
const NOT_FOR_PEOPLE: readonly string[] = ['sending discard'];

const cases = STATES.flatMap((state) => (Object.keys(HAPPENS) as Event[]).map((event) => ({ state, event })));

test('each event moves an edit from each state as the table of transitions says, and nowhere else', async ({
  mirror,
  database,
}) => {
  const { session } = await mirror({ issues: 1 }, { isRead: false });
  const states = new Map<string, State>();
  const wanted = new Map<string, State>();
  for (const { state, event } of cases) {
    await asDaemon(
      database.pool,
      `DELETE FROM pylon_sync.edits; DELETE FROM pylon.accounts;
       INSERT INTO pylon.accounts (id, name, _hash) VALUES ('a1', 'New', 'h');
       INSERT INTO pylon_sync.edits (id, resource, record_id, operation, changes, base, state, held, remote, actor, txid)
       OVERRIDING SYSTEM VALUE
       VALUES (1, 'accounts', 'a1', 'update', '{"name": "New"}', '{"name": "Old"}', '${state}', '{name}', '{"name": "Theirs"}', 'me', 1)`,
    );
    await HAPPENS[event](session);
    const key = `${state} ${event}`;
    const { from, to } = moves(event);
    wanted.set(key, from.includes(state) && !NOT_FOR_PEOPLE.includes(key) ? to : state);
    states.set(key, (await editsIn(database))[0]?.state as State);
  }
  expect(Object.fromEntries(states)).toEqual(Object.fromEntries(wanted));
  expect(states.size).toBe(STATES.length * Object.keys(HAPPENS).length);
});
