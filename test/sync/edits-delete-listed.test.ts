import { expect } from 'vitest';
import { claimEdits } from '../../src/db/edits/queue.ts';
import { storer } from '../../src/db/mirror/store.ts';
import { contacts } from '../../src/resources/contacts.ts';
import { resourceNamed } from '../../src/resources/index.ts';
import { carryDelete } from '../../src/sync/edits/delete.ts';
import { newExclusive } from '../../src/sync/lib/exclusive.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { editsIn } from '../helpers/edits.ts';
import { allowAll } from '../helpers/inserts.ts';
import { type Mirrored, test } from '../helpers/session.ts';

/** As if Pylon had no request for one contact. */
const { get: _, ...listed } = contacts;

const ONLY = { resources: [resourceNamed('contacts')] };

/** A contact that is deleted here, and what a listing brings of it before the DELETE is sent. */
async function deleted(mirrored: Mirrored, { pool }: TestDatabase, changes: Record<string, unknown>) {
  await allowAll(mirrored);
  const { ctx } = mirrored.session;
  const [served] = mirrored.sandbox.world.all('contacts');
  const id = String(served?.object.id);
  await pool.query('DELETE FROM pylon.contacts WHERE id = $1', [id]);
  const store = storer(ctx.db, ctx.lease, listed, ctx.pendingDeletions);
  const asked = ctx.lease.nextOrder();
  const order = { asked, answered: ctx.lease.nextOrder() };
  await store.write(store.map([{ ...served?.object, ...changes }], {}, order));
  return id;
}

/** Carries the one edit that waits. */
async function carry({ session: { ctx } }: Mirrored, id: string) {
  const [claim] = await claimEdits(ctx.db, ctx.lease, new Map([['contacts', { records: 1, bytes: 1 }]]), [
    'delete',
  ]);
  const [deletion] = claim?.edits ?? [];
  if (deletion === undefined) throw new Error('nothing waits');
  const carrier = {
    ...{
      ctx,
      pylon: ctx.pylon,
      policy: () => 'hold' as const,
      requestTimeoutMs: 300,
      inFlight: new Map(),
      uploads: newExclusive(),
    },
  };
  await carryDelete(carrier, { resource: listed, record: id, facts: {} }, [deletion], deletion);
}

const requests = ({ sandbox }: Mirrored) => sandbox.requests.map(({ endpoint }) => endpoint);

test('where only listings show a record, a DELETE waits for a person once one shows that it was changed', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 3 }, ONLY);
  const id = await deleted(mirrored, database, { name: 'Theirs' });
  expect(await editsIn(database)).toMatchObject([{ state: 'pending', held: ['name'] }]);
  await carry(mirrored, id);
  expect(await editsIn(database)).toMatchObject([
    { state: 'conflict', held: ['name'], remote: { name: 'Theirs' } },
  ]);
  const { rows } = await database.pool.query('SELECT _deleted_at FROM pylon.contacts WHERE id = $1', [id]);
  expect(rows).toEqual([{ _deleted_at: null }]);
  expect(requests(mirrored)).not.toContain('DELETE /contacts/{id}');
});

test('where only listings show a record, a DELETE is sent while they show it as it was', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 3 }, ONLY);
  const id = await deleted(mirrored, database, {});
  expect(await editsIn(database)).toMatchObject([{ state: 'pending', held: null }]);
  await carry(mirrored, id);
  expect(await editsIn(database)).toMatchObject([{ state: 'applied' }]);
  expect(requests(mirrored)).toContain('DELETE /contacts/{id}');
  expect(requests(mirrored)).not.toContain('GET /contacts/{id}');
});
