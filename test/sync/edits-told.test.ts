import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect } from 'vitest';
import { attentionOf } from '../../src/db/status/attention.ts';
import { countEdits } from '../../src/db/status/edit-counts.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { editsIn, push, pusherOn, statesIn } from '../helpers/edits.ts';
import { ALL, allowAll } from '../helpers/inserts.ts';
import { type Mirrored, test } from '../helpers/session.ts';
import { mirrorStatus } from '../helpers/status-fixtures.ts';

type Line = Readonly<Record<string, unknown>>;

/** A session whose log can be read. */
function listening(mirrored: Mirrored): { readonly mirrored: Mirrored; readonly lines: readonly Line[] } {
  const lines: Line[] = [];
  const stream = new Writable({
    write: (chunk, _, done) => {
      lines.push(JSON.parse(String(chunk)) as Line);
      done();
    },
  });
  const log = pino({ level: 'info', formatters: { level: (level) => ({ level }) } }, stream);
  const ctx = { ...mirrored.session.ctx, log };
  return { mirrored: { ...mirrored, session: { ...mirrored.session, ctx } }, lines };
}

const idOf = ({ sandbox }: Mirrored, resource = 'issues', place = 0) =>
  String([...sandbox.world.all(resource)][place]?.object.id);

const sql = ({ pool }: TestDatabase, text: string) => pool.query(text);

const attention = async ({ session }: Mirrored) =>
  attentionOf(mirrorStatus({ edits: await countEdits(session.ctx.db.orm) })).map(({ what }) => what);

describe('the log', () => {
  test('has one line for each edit that ends, a refusal or conflict as a warning', async ({
    mirror,
    database,
  }) => {
    const { mirrored, lines } = listening(await mirror({ issues: 5 }));
    await allowAll(mirrored);
    const [first, second, third] = [0, 1, 2].map((place) => idOf(mirrored, 'issues', place));
    const account = idOf(mirrored, 'accounts');
    await sql(database, `UPDATE pylon.issues SET title = 'Mine' WHERE id = '${first}'`);
    await push(mirrored, ALL);
    mirrored.sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: '403' });
    await sql(database, `UPDATE pylon.issues SET title = 'Mine' WHERE id = '${second}'`);
    await push(mirrored, ALL);
    mirrored.sandbox.world.patch('issues', third ?? '', { title: 'Theirs' });
    await sql(database, `UPDATE pylon.issues SET title = 'Mine' WHERE id = '${third}'`);
    await sql(database, `UPDATE pylon.accounts SET name = 'Late' WHERE id = '${account}'`);
    await sql(database, `DELETE FROM pylon.accounts WHERE id = '${account}'`);
    await push(mirrored, ALL);
    const [edit] = await editsIn(database);
    const common = { actor: edit?.actor, operation: 'update' };
    const told = lines.filter(({ edit }) => edit !== undefined);
    expect(told.toSorted((a, b) => Number(a.edit) - Number(b.edit))).toMatchObject([
      {
        ...{ ...common, level: 'info', msg: 'edit ended', edit: 1, resource: 'issues', record: first },
        ...{ state: 'applied', requestId: edit?.request_id },
      },
      { ...common, level: 'warn', msg: 'edit ended', edit: 2, record: second, state: 'failed' },
      { ...common, level: 'warn', msg: 'edit waits for a person', edit: 3, state: 'conflict' },
      { ...common, level: 'info', edit: 4, record: account, state: 'discarded' },
      { level: 'info', edit: 5, record: account, operation: 'delete', state: 'applied' },
    ]);
    expect(told[1]).toMatchObject({ requestId: expect.any(String), error: expect.stringContaining('403') });
  });

  test.for([
    ['9 minutes', 'info'],
    ['11 minutes', 'warn'],
    ['2 hours', 'error'],
  ] as const)(
    'tells of an edit that has waited for %s at the level %s',
    async ([age, level], { mirror, database }) => {
      const { mirrored, lines } = listening(await mirror({ issues: 5 }));
      await sql(database, `UPDATE pylon.issues SET title = 'Mine' WHERE id = '${idOf(mirrored)}'`);
      await sql(database, `UPDATE pylon_sync.edits SET waiting_since = now() - interval '${age}'`);
      mirrored.sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: 'reset' });
      await push(mirrored);
      expect(lines).toMatchObject([{ level, msg: 'edit put back: trying again', record: idOf(mirrored) }]);
    },
  );
});

test('an edit that has waited for an hour needs a person; one that a person let go just now does not', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 5 });
  await sql(
    database,
    `BEGIN; SET LOCAL pylon_sync.draft = on; UPDATE pylon.issues SET title = 'Mine' WHERE id = '${idOf(mirrored)}'; COMMIT`,
  );
  await sql(
    database,
    "UPDATE pylon_sync.edits SET created_at = now() - interval '2 hours', waiting_since = now() - interval '2 hours', error = 'Pylon is slow'",
  );
  await sql(database, 'SELECT pylon_sync.approve_edit(1)');
  expect(await attention(mirrored)).toEqual([]);
  await sql(database, "UPDATE pylon_sync.edits SET waiting_since = now() - interval '2 hours'");
  expect(await attention(mirrored)).toEqual([
    '1 edit has waited for an hour or longer, the longest for 2h 00m: Pylon is slow',
  ]);
  await sql(database, 'SELECT pylon_sync.retry_edit(1)');
  expect(await attention(mirrored)).toEqual([]);
});

test('what the end of the daemon cut short is no attempt, and lengthens no wait', async ({
  mirror,
  database,
}) => {
  const stop = new AbortController();
  const dying: typeof fetch = async (input, init) => {
    if (init?.method !== 'PATCH') return fetch(input, init);
    stop.abort(new Error('stopped'));
    throw new Error('stopped');
  };
  const first = await mirror({ issues: 3 }, { signal: stop.signal, client: { fetch: dying } });
  await sql(database, `UPDATE pylon.issues SET title = 'Mine' WHERE id = '${idOf(first)}'`);
  await expect(push(first, { requestTimeoutMs: 50 })).rejects.toThrow('stopped');
  await first.session.close();
  const mirrored: Mirrored = { ...first, session: await first.reopen({}) };
  for (let times = 0; times < 3; times += 1) {
    await pusherOn(mirrored).begin();
    const { rows } = await sql(
      database,
      'SELECT state, attempts, in_doubt, next_attempt_at <= clock_timestamp() AS due FROM pylon_sync.edits',
    );
    expect(rows).toEqual([{ state: 'pending', attempts: 0, in_doubt: true, due: true }]);
    // As it stands when the next one ends.
    await sql(database, "UPDATE pylon_sync.edits SET state = 'sending', attempts = attempts + 1");
  }
  await expect
    .poll(async () => {
      await push(mirrored, { requestTimeoutMs: 50 });
      return statesIn(database);
    })
    .toEqual(['applied']);
});
