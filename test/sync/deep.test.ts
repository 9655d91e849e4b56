import { describe, expect } from 'vitest';
import { changing } from '../../src/db/lease/transaction.ts';
import { readAltered } from '../../src/db/mirror/altered.ts';
import { enqueueCommand } from '../../src/db/progress/handovers.ts';
import { resourceNamed } from '../../src/resources/index.ts';
import { takeHandovers } from '../../src/sync/daemon/handovers.ts';
import { auditOf } from '../../src/sync/runs/audit.ts';
import { differences, expectMirror } from '../helpers/compare-mirror.ts';
import { damage } from '../helpers/damage.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { editsIn, push, pushOptions } from '../helpers/edits.ts';
import { test } from '../helpers/session.ts';

const few = (...names: readonly string[]) => names.map(resourceNamed);
const ISSUES = few('issues', 'issue_messages', 'issue_followers', 'issue_threads');

const updatedBy = async ({ pool }: TestDatabase, kind: string) => {
  const { rows } = await pool.query(
    'SELECT sum(rows_updated)::int AS updated FROM pylon_sync.runs WHERE kind = $1',
    [kind],
  );
  return rows[0].updated as number;
};

/** Where rows lie and by which transaction they were written: moves with every write. */
const places = async ({ pool }: TestDatabase, table: string) =>
  (await pool.query(`SELECT id, ctid, xmin::text FROM pylon.${table} ORDER BY id`)).rows;

describe('a comparison of contents', () => {
  test('mends what was changed under an intact digest, in any column, and writes nothing else', async ({
    mirror,
    database,
  }) => {
    const { sandbox, session } = await mirror(
      { issues: 20 },
      { resources: few('issues', 'tags', 'accounts') },
    );
    await damage(
      database,
      "UPDATE pylon.issues SET title = 'Damaged', tags = '{x}', created_at = now() WHERE number = 3",
    );
    await damage(
      database,
      `UPDATE pylon.issues SET custom_fields = '{"a": 1}', _extra = '[1]' WHERE number = 4`,
    );
    await damage(database, 'UPDATE pylon.tags SET value = NULL');
    await session.reconcile();
    // By digests, issues are unchanged. What nothing reads again slowly is compared by a plain one too.
    expect((await differences(database.pool, sandbox, ['issues'])).length).toBeGreaterThan(0);
    const before = await places(database, 'issues');
    const results = await session.reconcileDeep();
    expect(results.get('issues')).toMatchObject({ state: 'done', updated: 2, inserted: 0, rejected: 0 });
    await expectMirror(database.pool, sandbox, ['issues', 'tags', 'accounts']);
    const after = await places(database, 'issues');
    expect(
      after.filter((row) => !before.some((one) => one.ctid === row.ctid && one.xmin === row.xmin)),
    ).toHaveLength(2);
    const again = await session.reconcileDeep();
    expect([...again.values()].map(({ updated, inserted }) => updated + inserted)).toEqual([0, 0, 0]);
    // Nobody changed anything in Pylon.
    expect((await database.pool.query('SELECT FROM pylon_sync.changes')).rowCount).toBe(0);
  });

  test('takes signatures that are new for no damage, and what they sign for some', async ({
    mirror,
    database,
  }) => {
    const { sandbox, session, pass } = await mirror({ issues: 30 }, { resources: ISSUES });
    const { rows } = await database.pool.query(
      "SELECT id FROM pylon.issue_messages WHERE file_urls[1] LIKE '%Signature=%' ORDER BY id LIMIT 1",
    );
    pass(3_600);
    const signed = await session.reconcileDeep();
    expect(signed.get('issue_messages')).toMatchObject({ state: 'done', updated: 0 });
    expect(signed.get('issue_messages')?.read).toBeGreaterThan(30);
    await damage(
      database,
      "UPDATE pylon.issue_messages SET file_urls[1] = replace(file_urls[1], 'http', 'ftp') WHERE id = $1",
      [rows[0].id],
    );
    expect((await session.reconcileDeep()).get('issue_messages')).toMatchObject({ updated: 1 });
    await expectMirror(database.pool, sandbox, ['issue_messages']);
  });

  test('reads children of every parent again: what was deleted from the table comes back', async ({
    mirror,
    database,
  }) => {
    const { sandbox, session } = await mirror(
      { issues: 12 },
      {
        resources: few(
          'issues',
          'issue_messages',
          'issue_followers',
          'issue_threads',
          'tasks',
          'task_comments',
        ),
      },
    );
    const { rows } = await database.pool.query(
      'SELECT id FROM pylon.issue_messages ORDER BY id DESC LIMIT 1',
    );
    sandbox.world.remove('issue_messages', rows[0].id);
    await session.resweep(['issue_messages']);
    for (const table of ['issue_messages', 'issue_followers', 'issue_threads', 'task_comments'])
      expect(await damage(database, `DELETE FROM pylon.${table} WHERE _deleted_at IS NULL`)).toBeGreaterThan(
        0,
      );
    await session.reconcile();
    expect((await differences(database.pool, sandbox, ['issue_messages'])).length).toBeGreaterThan(0);
    const results = await session.reconcileDeep();
    for (const { state, deleted } of results.values()) expect([state, deleted]).toEqual(['done', 0]);
    await expectMirror(
      database.pool,
      sandbox,
      ISSUES.map(({ name }) => name),
    );
    await expectMirror(database.pool, sandbox, ['task_comments']);
    // What is gone from Pylon stays so.
    const gone = await database.pool.query(
      'SELECT id FROM pylon.issue_messages WHERE _deleted_at IS NOT NULL',
    );
    expect(gone.rows).toEqual([{ id: rows[0].id }]);
  });

  test('that was ended goes on where it stood, contents compared', async ({ mirror, database }) => {
    const stop = new AbortController();
    const mirrored = await mirror(
      { issues: 30 },
      { resources: few('issues', 'issue_messages'), signal: stop.signal },
    );
    await damage(database, "UPDATE pylon.issue_messages SET message_html = 'Damaged'");
    const asked = () => mirrored.sandbox.requests.filter(({ path }) => path.endsWith('/messages')).length;
    const before = asked();
    const ended = mirrored.session.reconcileDeep().catch((error: unknown) => error);
    await expect.poll(() => asked() - before, { interval: 1 }).toBeGreaterThan(5);
    stop.abort(new Error('stopped'));
    await ended;
    await mirrored.session.close();
    const next = await mirrored.reopen({ resources: few('issues', 'issue_messages') });
    // The nightly one, by digests, takes it up.
    await next.reconcile();
    await expectMirror(database.pool, mirrored.sandbox, ['issue_messages']);
  });

  test('does not touch what people want and Pylon has not, and mends the rest of the row', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 8 }, { resources: few('issues') });
    const { sandbox, session } = mirrored;
    await database.pool.query(
      "UPDATE pylon.issues SET title = 'Wanted', tags = '{z,a}' WHERE number IN (2, 3)",
    );
    const before = await places(database, 'issues');
    expect((await session.reconcileDeep()).get('issues')).toMatchObject({ updated: 0 });
    expect(await places(database, 'issues')).toEqual(before);
    await damage(database, "UPDATE pylon.issues SET source = 'damaged' WHERE number = 2");
    expect((await session.reconcileDeep()).get('issues')).toMatchObject({ updated: 1 });
    const { rows } = await database.pool.query(
      'SELECT title, source FROM pylon.issues WHERE number IN (2, 3)',
    );
    expect(rows.map(({ title }) => title)).toEqual(['Wanted', 'Wanted']);
    expect(rows.some(({ source }) => source === 'damaged')).toBe(false);
    await push(mirrored);
    expect((await editsIn(database)).map(({ state }) => state)).toEqual(['applied', 'applied']);
    await expectMirror(database.pool, sandbox, ['issues']);
    const { rows: noted } = await database.pool.query(
      'SELECT DISTINCT field FROM pylon_sync.changes ORDER BY 1',
    );
    expect(noted).toEqual([{ field: 'tags' }]);
  });

  test('writes once what a trigger of somebody alters as it is written, and has it named', async ({
    mirror,
    database,
  }) => {
    const { session } = await mirror({ issues: 8 }, { resources: few('issues') });
    await database.pool.query(`
      CREATE FUNCTION public.shout() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.title := upper(NEW.title); RETURN NEW; END';
      CREATE TRIGGER shouting BEFORE INSERT OR UPDATE ON pylon.issues FOR EACH ROW EXECUTE FUNCTION public.shout()`);
    await damage(database, 'UPDATE pylon.issues SET _extra = _extra WHERE number < 4');
    expect((await session.reconcileDeep()).get('issues')).toMatchObject({ state: 'done', updated: 3 });
    const before = await places(database, 'issues');
    expect((await session.reconcileDeep()).get('issues')).toMatchObject({ state: 'done', updated: 0 });
    expect(await places(database, 'issues')).toEqual(before);
    expect(await readAltered(session.ctx.db.orm)).toMatchObject([
      { resource: 'issues', triggers: ['shouting'], columns: ['title'] },
    ]);
  });

  test('takes places in the order of requests that nobody can have given for none', async ({
    mirror,
    database,
  }) => {
    const { sandbox, session } = await mirror({ issues: 8 }, { resources: few('issues') });
    await damage(database, 'UPDATE pylon.issues SET _order = 9e18');
    const [issue] = sandbox.world.all('issues');
    const { id, updated_at } = issue?.object ?? {};
    sandbox.world.patch('issues', String(id), { title: 'Changed silently', updated_at });
    const results = await session.reconcileDeep();
    expect(results.get('issues')).toMatchObject({ state: 'done', updated: 1 });
    await expectMirror(database.pool, sandbox, ['issues']);
  });
});

test('a comparison of contents can be handed to the daemon', async ({ mirror, database }) => {
  const { sandbox, session } = await mirror({ issues: 5 }, { resources: few('issues') });
  await damage(database, "UPDATE pylon.issues SET title = 'Damaged'");
  const { ctx, puller } = session;
  const options = { resources: few('issues'), windowDays: 30, overlapSeconds: 300 };
  await changing(ctx.db, (tx) =>
    enqueueCommand(tx, { command: 'reconcile', arguments: { resources: [], deep: true } }),
  );
  const begun: Promise<void>[] = [];
  const begin = (_: string, work: () => Promise<void>) => begun.push(work()) > 0;
  const means = { options, puller, edits: pushOptions(), beside: true };
  await takeHandovers(ctx, means, { begin, size: () => begun.length, idle: async () => {} });
  await Promise.all(begun);
  expect(begun).toHaveLength(1);
  await expectMirror(database.pool, sandbox, ['issues']);
});

describe('what is read again slowly all the time', () => {
  test('mends children whose contents were changed, and brings back those that are missing', async ({
    mirror,
    database,
  }) => {
    const { sandbox, session } = await mirror({ issues: 12 }, { resources: ISSUES });
    await damage(
      database,
      "UPDATE pylon.issue_messages SET message_html = 'Damaged' WHERE id < 'msg_8' OR true",
    );
    await damage(database, 'DELETE FROM pylon.issue_threads');
    await session.resweep();
    await expectMirror(database.pool, sandbox, ['issue_messages', 'issue_threads']);
    expect(await updatedBy(database, 'resweep')).toBeGreaterThan(10);
  });

  test('mends the record that the audit happens on, and counts it', async ({ mirror, database }) => {
    const { sandbox, session } = await mirror({ issues: 5 }, { resources: few('accounts') });
    await session.lists();
    await damage(database, "UPDATE pylon.accounts SET name = 'Damaged'");
    const accounts = resourceNamed('accounts');
    const work = auditOf(session.ctx, accounts, accounts.get ?? '', session.puller.follow, {
      share: 0.05,
      overlapSeconds: 300,
    });
    const damaged = async () =>
      (await database.pool.query("SELECT count(*)::int AS n FROM pylon.accounts WHERE name = 'Damaged'"))
        .rows[0].n;
    const total = await damaged();
    await work.work();
    expect(await damaged()).toBe(total - 1);
    expect((await database.pool.query('SELECT differed::int FROM pylon_sync.audits')).rows).toEqual([
      { differed: 1 },
    ]);
    while ((await damaged()) > 0) await work.work();
    await expectMirror(database.pool, sandbox, ['accounts']);
  });

  test('a row that comes back brings its children with it', async ({ mirror, database }) => {
    const { sandbox, session } = await mirror({ issues: 10 }, { resources: ISSUES });
    for (const table of ['issue_messages', 'issue_followers', 'issue_threads', 'issues'])
      await damage(database, `DELETE FROM pylon.${table}`);
    await session.reconcile();
    await expectMirror(
      database.pool,
      sandbox,
      ISSUES.map(({ name }) => name),
    );
  });
});
