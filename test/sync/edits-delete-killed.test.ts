import { describe, expect } from 'vitest';
import type { TestDatabase } from '../helpers/database.ts';
import { editsIn, push, statesIn } from '../helpers/edits.ts';
import { ALL, allowAll } from '../helpers/inserts.ts';
import { type Mirrored, test } from '../helpers/session.ts';

const QUICK = { ...ALL, requestTimeoutMs: 50 };

/** A process that ends at its first request of a kind, before it leaves or when it has arrived, once it is told to. */
function dying(method: string, when: 'before' | 'after') {
  const stop = new AbortController();
  let isArmed = false;
  const own: typeof fetch = async (input, init) => {
    if (!isArmed || (init?.method ?? 'GET') !== method) return fetch(input, init);
    if (when === 'after') await (await fetch(input, init)).text();
    stop.abort(new Error('killed'));
    throw new Error('killed');
  };
  const arm = () => {
    isArmed = true;
  };
  return { session: { signal: stop.signal, client: { fetch: own } }, arm };
}

const sql = ({ pool }: TestDatabase, text: string) => pool.query(text);
const deletions = ({ sandbox }: Mirrored) => sandbox.requests.filter(({ method }) => method === 'DELETE');
const idOf = ({ sandbox }: Mirrored) => String([...sandbox.world.all('issues')][0]?.object.id);

/** The process that follows carries on until nothing moves any more. */
async function follow(first: Mirrored, database: TestDatabase): Promise<Mirrored> {
  await first.session.close();
  const next = { ...first, session: await first.reopen({}) };
  await expect
    .poll(async () => {
      await push(next, QUICK);
      return statesIn(database);
    })
    .not.toContain('pending');
  return next;
}

describe('a DELETE whose process is killed', () => {
  test.for([
    ['GET', 'before'],
    ['GET', 'after'],
    ['DELETE', 'before'],
    ['DELETE', 'after'],
  ] as const)(
    '%s, %s it arrived, is carried out once by the next',
    async ([method, when], { mirror, database }) => {
      const { session, arm } = dying(method, when);
      const first = await mirror({ issues: 3 }, session);
      await allowAll(first);
      const id = idOf(first);
      await sql(database, `DELETE FROM pylon.issues WHERE id = '${id}'`);
      arm();
      await expect(push(first, QUICK)).rejects.toThrow('killed');
      const next = await follow(first, database);
      expect(await statesIn(database)).toEqual(['applied']);
      expect(next.sandbox.world.get('issues', id)).toBeUndefined();
      expect(deletions(next)).toHaveLength(1);
    },
  );

  test.for(['before', 'after'] as const)(
    'as it is compared, %s the answer, waits for a person where the record was changed',
    async (when, { mirror, database }) => {
      const { session, arm } = dying('GET', when);
      const first = await mirror({ issues: 3 }, session);
      await allowAll(first);
      const id = idOf(first);
      await sql(database, `DELETE FROM pylon.issues WHERE id = '${id}'`);
      first.sandbox.world.patch('issues', id, { title: 'Theirs' });
      arm();
      await expect(push(first, QUICK)).rejects.toThrow('killed');
      const next = await follow(first, database);
      expect(await editsIn(database)).toMatchObject([{ state: 'conflict', held: ['title'] }]);
      const { rows } = await sql(database, `SELECT title FROM pylon.issues WHERE id = '${id}'`);
      expect(rows).toEqual([{ title: 'Theirs' }]);
      expect(deletions(next)).toEqual([]);
    },
  );

  test('once it waits for a person, and before the earlier edits are put back, leaves these to the next', async ({
    mirror,
    database,
  }) => {
    const stop = new AbortController();
    const first = await mirror({ issues: 3 }, { signal: stop.signal });
    await allowAll(first);
    const id = idOf(first);
    await sql(database, `UPDATE pylon.issues SET type = 'ticket', tags = '{mine}' WHERE id = '${id}'`);
    await sql(database, `DELETE FROM pylon.issues WHERE id = '${id}'`);
    first.sandbox.world.patch('issues', id, { title: 'Theirs' });
    const { ctx } = first.session;
    // The line is written between the two.
    const log = Object.create(ctx.log) as typeof ctx.log;
    log.warn = () => {
      stop.abort(new Error('killed'));
      throw new Error('killed');
    };
    const dies = { ...first, session: { ...first.session, ctx: { ...ctx, log } } };
    await expect(push(dies, QUICK)).rejects.toThrow('killed');
    expect(await statesIn(database)).toEqual(['sending', 'conflict']);
    const next = await follow(first, database);
    expect(await statesIn(database)).toEqual(['applied', 'conflict']);
    expect(next.sandbox.world.get('issues', id)).toMatchObject({ title: 'Theirs', tags: ['mine'] });
    expect(deletions(next)).toEqual([]);
  });
});
