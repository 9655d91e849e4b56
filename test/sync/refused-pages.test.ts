import { describe, expect } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import { test as backfillTest } from '../helpers/backfill-workspace.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { MORE_THAN_A_PAGE } from '../helpers/sandbox.ts';
import { test } from '../helpers/session.ts';

/**
 * Has the database refuse, once each, the writes of a table whose numbers are given, for a reason that is not the row's: their
 * transaction is lost. A sequence counts them, which no rollback sets back.
 */
async function refuse({ pool }: TestDatabase, tables: readonly string[], writes: readonly number[]) {
  for (const table of tables)
    await pool.query(
      `CREATE SEQUENCE public.${table}_writes;
       CREATE FUNCTION public.refuse_${table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF nextval('public.${table}_writes') IN (${writes.join(', ')}) THEN
           RAISE 'not now' USING ERRCODE = 'query_canceled';
         END IF;
         RETURN NEW;
       END $$;
       CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON pylon.${table}
         FOR EACH ROW EXECUTE FUNCTION public.refuse_${table}()`,
    );
}

/** Runs a pass until nothing of it fails; how often something did. */
async function untilDone(pass: () => Promise<Iterable<{ readonly state: string }>>): Promise<number> {
  for (let failed = 0; failed < 20; failed += 1)
    if ([...(await pass())].every(({ state }) => state === 'done')) return failed;
  throw new Error('it does not come to an end');
}

describe('a page whose rows the database does not take', () => {
  backfillTest(
    'is read again by a first reading, whatever the way of listing',
    async ({ database, open }) => {
      const tables = [
        'users',
        'accounts',
        'contacts',
        'issues',
        'issue_messages',
        'projects',
        'tasks',
        'milestones',
      ];
      const { sandbox, backfill } = await open({ issues: 60, mostMessages: MORE_THAN_A_PAGE });
      await refuse(database, tables, [1, 20, 45]);
      const failed = await untilDone(async () =>
        (await backfill({ resources: tables.map(resourceNamed) })).values(),
      );
      expect(failed).toBeGreaterThan(0);
      await expectMirror(database.pool, sandbox, tables);
    },
  );

  test('is read again by a pull of what changed', async ({ mirror, database }) => {
    const issues = resourceNamed('issues');
    const { times = {} } = issues.changes ?? {};
    const mirrored = await mirror(
      { issues: 30 },
      { resources: [{ ...issues, changes: { path: '/issues/search', limit: 5, times } }] },
    );
    const { sandbox, session } = mirrored;
    await session.pull();
    mirrored.pass(3_600);
    for (const { object } of [...sandbox.world.all('issues')])
      if (typeof object.id === 'string')
        sandbox.world.patch('issues', object.id, { title: `Changed ${object.number}` });
    await refuse(database, ['issues'], [3, 12, 30]);
    expect(await untilDone(() => session.pull())).toBe(3);
    await expectMirror(database.pool, sandbox, ['issues'], { ticking: true });
  });
});
