import { describe, expect } from 'vitest';
import { issueMessages } from '../../src/resources/issue_messages.ts';
import { issues } from '../../src/resources/issues.ts';
import { type Mirror, test } from '../helpers/leased-database.ts';

const many = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ id: `i${n}`, title: `Issue ${n}` }));

/** A trigger of a user's own, which raises where a condition over the new row holds. */
const trigger = ({ rows }: Mirror, table: string, when: string, code = 'P0001') =>
  rows(`CREATE FUNCTION public.mine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          RAISE EXCEPTION 'not this one' USING ERRCODE = '${code}'; END $$;
        CREATE TRIGGER mine BEFORE INSERT OR UPDATE ON pylon.${table} FOR EACH ROW WHEN (${when})
          EXECUTE FUNCTION public.mine()`);

const rejected = ({ rows }: Mirror) =>
  rows('SELECT record_id, reason FROM pylon_sync.rejected_records ORDER BY record_id');

const stored = async ({ rows }: Mirror, table: string) =>
  (await rows(`SELECT count(*)::int AS n FROM pylon.${table}`))[0]?.n;

describe('a row that a trigger of the user’s own refuses', () => {
  for (const code of ['P0001', '42501', '23514', 'U0001'])
    test(`with ${code} is rejected by itself, with the trigger's words`, async ({ mirror }) => {
      await trigger(mirror, 'issues', "NEW.id = 'i7'", code);
      expect(await mirror.store(issues, many(200))).toMatchObject({ inserted: 199, rejected: 1 });
      expect(await rejected(mirror)).toEqual([{ record_id: 'i7', reason: 'error: not this one' }]);
    });

  for (const code of ['40001', '53400', '57014', '58030', 'XX000'])
    test(`with ${code}, which is no row's fault, fails its page`, async ({ mirror }) => {
      await trigger(mirror, 'issues', "NEW.id = 'i7'", code);
      await expect(mirror.store(issues, many(20))).rejects.toThrow();
      expect(await stored(mirror, 'issues')).toBe(0);
      expect(await rejected(mirror)).toEqual([]);
    });

  test('is rejected by itself up to fifty times a page, and then the table is at fault', async ({
    mirror,
  }) => {
    await trigger(mirror, 'issues', 'substr(NEW.id, 2)::int < 50');
    expect(await mirror.store(issues, many(200))).toMatchObject({ inserted: 150, rejected: 50 });
    await mirror.rows('DROP TRIGGER mine ON pylon.issues; DROP FUNCTION public.mine()');
    await trigger(mirror, 'issues', 'substr(NEW.id, 2)::int < 51');
    const fresh = many(200).map(({ id }) => ({ id, title: 'Later' }));
    await expect(mirror.store(issues, fresh)).rejects.toThrow(
      'more than 50 rows of issues cannot be written, each by itself: error: not this one',
    );
    expect(await rejected(mirror)).toHaveLength(50);
    expect(await mirror.rows("SELECT FROM pylon.issues WHERE title = 'Later'")).toEqual([]);
  });

  test('of many small pages is the table’s fault too', async ({ mirror }) => {
    await mirror.store(issues, [{ id: 'i1', title: 'One' }]);
    await trigger(mirror, 'issue_messages', 'true');
    const store = mirror.storer(issueMessages);
    const page = (n: number) => {
      const asked = mirror.lease.nextOrder();
      const objects = [{ id: `m${n}` }, { id: `n${n}` }];
      return store.write(
        store.map(objects, { issue_id: 'i1' }, { asked, answered: mirror.lease.nextOrder() }),
      );
    };
    for (let n = 0; n < 25; n += 1) expect(await page(n)).toMatchObject({ rejected: 2 });
    await expect(page(25)).rejects.toThrow('more than 50 rows of issue_messages cannot be written');
  });
});
