import { expect, test } from 'vitest';
import { CRASH_TIMEOUT, KILLS, kill, openCrashTest, WITHIN_MS } from '../helpers/crash.ts';
import { NEVER } from '../helpers/daemon-workspace.ts';
import { ARRIVING, endEdits } from '../helpers/edit-crash.ts';
import { newGate } from '../helpers/gate.ts';

/** A tenth of the usual number: each one ends a daemon in the middle of the import. */
const TIMES = Math.max(2, Math.round(KILLS / 10));
/** Imports that Pylon answers before the one that a kill meets, at most. */
const MOST_ANSWERED = 4;
/** More than Pylon makes of them before the last kill. */
const TICKETS = TIMES * (MOST_ANSWERED + 8);

const IMPORT = 'POST /import/issues';

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
    for (let kills = 0; kills < TIMES; kills += 1) {
      // One that Pylon does without an answer, one that it does only once the process is gone, and others that it never does.
      const gate = newGate();
      const answered = dice.below(MOST_ANSWERED);
      sandbox.faults.add({ endpoint: IMPORT, kind: 'lost-answer', skip: answered });
      sandbox.faults.add({ endpoint: IMPORT, kind: 'slow', until: gate.opened });
      sandbox.faults.add({ endpoint: IMPORT, kind: 'hang', times: TICKETS });
      const asked = () => sandbox.requests.filter(({ endpoint }) => endpoint === IMPORT).length;
      const before = asked();
      const daemon = crash.begin();
      await expect
        .poll(asked, { timeout: WITHIN_MS, interval: 5, message: told })
        .toBeGreaterThan(before + answered + 1 + dice.below(3));
      await kill(daemon);
      sandbox.faults.clear();
      gate.open();
      // The kill has met imports of which nobody knows what became.
      const { rows } = await database.pool.query(
        "SELECT FROM pylon_sync.edits WHERE state = 'sending' OR (state = 'pending' AND sent_at IS NOT NULL)",
      );
      expect(rows.length, told).toBeGreaterThan(0);
    }
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
  },
);
