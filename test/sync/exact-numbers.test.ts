import { expect } from 'vitest';
import { editsIn, push } from '../helpers/edits.ts';
import { test } from '../helpers/session.ts';

const ID = '1533947986218845197';
const ODD = `"ticket_no":${ID},"ratio":0.1000000000000000055511,"huge":1e400,"odd":{"b":[-9007199254740993],"a":null}`;

/** A `fetch` under whose answers every issue and account has numbers that no double holds, and what is sent through it. */
function spilling() {
  const sent: string[] = [];
  const client: typeof fetch = async (input, init) => {
    if (init?.method === 'PATCH') sent.push(String(init.body));
    const answer = await fetch(input, init);
    const text = (await answer.text())
      .replaceAll(/\{"id":"[^"]+",(?="number":)/g, (start) => `${start}${ODD},`)
      .replaceAll(/"number":(\d+)/g, `"number":9007199254740993`);
    return new Response(text === '' ? null : text, { status: answer.status, headers: answer.headers });
  };
  return { sent, client: { fetch: client } };
}

test('numbers that no double holds arrive with all their digits, and stay unchanged when they are read again', async ({
  mirror,
  database: { pool },
}) => {
  const { client } = spilling();
  const { session } = await mirror({ issues: 5 }, { client });
  const { rows } = await pool.query('SELECT DISTINCT number::text, _extra::text AS extra FROM pylon.issues');
  const zeros = '0'.repeat(400);
  expect(rows.length).toBeGreaterThan(0);
  for (const { number, extra } of rows) {
    expect(number).toBe('9007199254740993');
    for (const part of [
      `"ticket_no": ${ID}`,
      '"ratio": 0.1000000000000000055511',
      `"huge": 1${zeros}`,
      '[-9007199254740993]',
    ])
      expect(extra).toContain(part);
  }
  const again = await session.reconcileDeep(['issues']);
  expect(again.get('issues')).toMatchObject({ state: 'done', inserted: 0, updated: 0 });
});

test('an edit is sent with all its digits', async ({ mirror, database }) => {
  const { client, sent } = spilling();
  const mirrored = await mirror({ issues: 5 }, { client });
  const [macro] = [...mirrored.sandbox.world.all('macros')];
  const [account] = [...mirrored.sandbox.world.all('accounts')];
  await database.pool.query(
    `SELECT pylon.set_macro_conditions($1, '{"n": ${ID}, "r": 0.1000000000000000055511}')`,
    [macro?.object.id],
  );
  await database.pool.query(
    `UPDATE pylon.accounts SET channels = '[{"channel_id": "C1", "source": "slack", "n": ${ID}}]' WHERE id = $1`,
    [account?.object.id],
  );
  await push(mirrored);
  expect(sent.sort()).toEqual([
    `{"channels":[{"n":${ID},"source":"slack","channel_id":"C1"}]}`,
    `{"conditions":{"n":${ID},"r":0.1000000000000000055511}}`,
  ]);
  expect((await editsIn(database)).map(({ changes }) => JSON.stringify(changes)).join()).toContain(ID);
});
