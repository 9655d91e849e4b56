import { describe, expect } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import type { ByParent } from '../../src/sync/pass/child-pages.ts';
import { resweepOf } from '../../src/sync/runs/resweep.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { type Mirrored, test } from '../helpers/session.ts';

const resources = ['issues', 'issue_messages'].map(resourceNamed);

/** Ten issues with twenty messages each, which a test may take away. */
const crowded = [
  { issues: 10, latencyMs: 20 },
  {
    resources,
    prepare: ({ world }: Sandbox) => {
      for (const { object } of [...world.all('issue_messages')])
        world.remove('issue_messages', String(object.id));
      for (const { object } of [...world.all('issues')])
        for (let made = 0; made < 20; made += 1) world.addMessage(String(object.id));
    },
  },
] as const;

/** How the scans stand that there are. */
const states = async ({ pool }: TestDatabase) =>
  (await pool.query('SELECT state FROM pylon_sync.scans ORDER BY id')).rows.map(({ state }) => state);

/** Reads all listings of messages again. */
async function resweep({ session }: Mirrored): Promise<void> {
  const messages = resourceNamed('issue_messages');
  await resweepOf(session.ctx, messages, messages.pull as ByParent, { share: 0.05 }).work();
}

const takeAway = ({ sandbox: { world } }: Mirrored): void => {
  for (const { object } of [...world.all('issue_messages')])
    world.remove('issue_messages', String(object.id));
};

describe('the guard of listings per parent', () => {
  test('counts what is read side by side', async ({ mirror, database }) => {
    const mirrored = await mirror(...crowded);
    mirrored.pass(60);
    await mirrored.session.pull();
    takeAway(mirrored);
    await resweep(mirrored);
    const { rows } = await database.pool.query(
      'SELECT count(*)::int AS gone FROM pylon.issue_messages WHERE _deleted_at IS NOT NULL',
    );
    expect(rows[0].gone).toBeGreaterThan(0);
    expect(rows[0].gone).toBeLessThanOrEqual(50);
    expect(await states(database)).toEqual(['stopped']);
    const { rows: scans } = await database.pool.query(
      'SELECT candidates::int, live::int FROM pylon_sync.scans',
    );
    // Of the rows that there were when the guard stopped it.
    expect(scans).toEqual([{ candidates: expect.any(Number), live: expect.any(Number) }]);
    expect(scans[0].live).toBeGreaterThanOrEqual(scans[0].candidates);
  });

  test('takes its scan back when the listings hold the records again', async ({ mirror, database }) => {
    const mirrored = await mirror(...crowded);
    const { sandbox, session } = mirrored;
    mirrored.pass(60);
    await session.pull();
    const all = [...sandbox.world.all('issue_messages')];
    takeAway(mirrored);
    await resweep(mirrored);
    expect(await states(database)).toEqual(['stopped']);
    for (const { object, path } of all) sandbox.world.put('issue_messages', object, path);
    await resweep(mirrored);
    expect(await states(database)).toEqual(['abandoned']);
    await expectMirror(database.pool, sandbox, ['issue_messages']);
  });
});

test('a listing that is empty all of a sudden stops for a person, however many records it had', async ({
  mirror,
  database,
}) => {
  const { session } = await mirror({ issues: 5 });
  // More than a statement takes parameters of two a record.
  await database.pool.query(`BEGIN; SET LOCAL pylon_sync.daemon = 'on';
    INSERT INTO pylon.survey_responses (id, survey_id, _synced_at, _hash, _order)
      SELECT 'r' || n, (SELECT min(id) FROM pylon.surveys), now(), 'x', 0 FROM generate_series(1, 33000) AS n;
    COMMIT`);
  await session.lists(['survey_responses']);
  const { rows } = await database.pool.query('SELECT resource, state, candidates::int FROM pylon_sync.scans');
  expect(rows).toContainEqual({ resource: 'survey_responses', state: 'stopped', candidates: 33_000 });
});
