import { expect, test } from 'vitest';
import { CRASH_TIMEOUT, KILLS, kill, openCrashTest, WITHIN_MS } from '../helpers/crash.ts';
import { NEVER } from '../helpers/daemon-workspace.ts';
import { ARRIVING, endEdits } from '../helpers/edit-crash.ts';
import { editsIn } from '../helpers/edits.ts';
import { isWrite } from '../helpers/write-requests.ts';

const TICKETS = 24;
/** A tenth of the usual number: each one ends a daemon in the middle of the import. */
const TIMES = Math.max(2, Math.round(KILLS / 10));

/** Of every third ticket the number says which it is, of the others title and time. */
const MIGRATION = `
  WITH old_tickets AS (
    SELECT n, timestamptz '2018-01-01' + n * interval '1 hour' AS opened FROM generate_series(1, ${TICKETS}) AS n)
  SELECT pylon.import_issue(
           'Ticket ' || n, 'closed',
           jsonb_build_array(
             jsonb_build_object('body_html', '<p>Question ' || n || '</p>', 'is_private', false, 'created_at', opened),
             jsonb_build_object('body_html', '<p>Answer ' || n || '</p>', 'is_private', false, 'created_at', opened + interval '1 day')),
           created_at => opened, updated_at => opened + interval '1 day',
           issue_number => CASE WHEN n % 3 = 0 THEN n END)
    FROM old_tickets ORDER BY n`;

test(
  'a migration in one statement, killed in the middle, ends with each ticket once',
  CRASH_TIMEOUT,
  async () => {
    const crash = await openCrashTest((seed) => ({
      sandbox: { issues: TICKETS + 1, latencyMs: 8, seed },
      limits: { interval_ms: 20 },
      tempo: ARRIVING,
      env: {
        PYLON_SYNC_ALLOW: 'import',
        PYLON_SYNC_RESOURCES: 'issues,issue_messages',
        PYLON_SYNC_LIST_SCHEDULE: NEVER,
        PYLON_SYNC_RECONCILE_SCHEDULE: NEVER,
      },
    }));
    const { told, dice, sandbox, database } = crash;
    for (const { object } of [...sandbox.world.all('issues')])
      if (Number(object.number) % 3 === 0 && Number(object.number) <= TICKETS)
        sandbox.world.remove('issues', String(object.id));
    await crash.readOnce();
    await database.pool.query(MIGRATION);
    let met = 0;
    for (let kills = 0; kills < TIMES; kills += 1) {
      const daemon = crash.begin();
      await daemon.until('active: working on this database');
      sandbox.faults.add({ endpoint: 'POST /import/issues', kind: 'lost-answer', skip: dice.below(4) });
      await crash.moment([daemon], { counts: isWrite, most: 6 });
      await kill(daemon);
      if ((await editsIn(database)).some(({ state }) => state === 'sending')) met += 1;
    }
    sandbox.faults.clear();
    const { last, edits } = await endEdits(crash);
    expect(
      edits.filter(({ state }) => state !== 'applied'),
      told,
    ).toEqual([]);
    const titles = [...sandbox.world.all('issues')].map(({ object }) => String(object.title));
    const wanted = Array.from({ length: TICKETS }, (_, n) => `Ticket ${n + 1}`).toSorted();
    expect(titles.filter((title) => title.startsWith('Ticket ')).toSorted(), told).toEqual(wanted);
    // Their times are old: only the import itself can have brought them, with their messages.
    await expect
      .poll(
        async () => {
          const { rows } = await database.pool.query(
            `SELECT count(DISTINCT i.id)::int AS tickets, count(*)::int AS messages, count(DISTINCT i.number)::int AS numbers
             FROM pylon.issues i JOIN pylon.issue_messages m ON m.issue_id = i.id WHERE i.title LIKE 'Ticket %'`,
          );
          return rows;
        },
        { timeout: WITHIN_MS, message: told },
      )
      .toEqual([{ tickets: TICKETS, messages: 2 * TICKETS, numbers: TICKETS }]);
    await crash.end(last);
    crash.expectQuiet();
    expect(met, told).toBeGreaterThan(0);
  },
);
