import fc from 'fast-check';
import pg from 'pg';
import { expect } from 'vitest';
import { daysAfter } from '../../src/reports/calendar.ts';
import { type Ask, readBacklog, readFirst, readToday } from '../../src/reports/queries.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { test } from '../helpers/database.ts';

const HOUR_MS = 3_600_000;
const beforeNow = fc
  .integer({ min: -24 * 40, max: 30 })
  .map((hours) => new Date(Date.now() + hours * HOUR_MS).toISOString());
const NEVER = '0001-01-01T00:00:00Z';
/** Also times that Pylon sends for a missing one, and those of other clocks. */
const someTime = fc.oneof(
  { weight: 8, arbitrary: beforeNow },
  fc.constantFrom(null, NEVER, '-infinity', 'infinity'),
);

const ISSUES = fc.array(
  fc.record({
    created_at: someTime,
    updated_at: someTime,
    resolution_time: fc.oneof(fc.constant(null), someTime),
    state: fc.constantFrom('new', 'closed', null),
    team_id: fc.constantFrom('t1', 't2', null),
    source: fc.constantFrom('email', null),
    _deleted_at: fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, fc.constant(NEVER)),
  }),
  { maxLength: 40 },
);

test('the sums of the backlog are those of its view, from any day on', async ({ database: { pool } }) => {
  const ask: Ask = async (query, values) => (await pool.query(query, values as unknown[])).rows;
  await fc.assert(
    fc.asyncProperty(ISSUES, fc.integer({ min: 0, max: 45 }), async (issues, days) => {
      const json = pg.escapeLiteral(JSON.stringify(issues.map((issue, at) => ({ ...issue, id: `i${at}` }))));
      const columns = 'id, created_at, updated_at, resolution_time, state, team_id, source, _deleted_at';
      await asDaemon(
        pool,
        `DELETE FROM pylon.issues;
         INSERT INTO pylon.issues (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::pylon.issues, ${json})`,
      );
      const first = await readFirst(ask);
      if (first === null) return;
      const { today } = await readToday(ask);
      const since = [first, daysAfter(today, -days)].toSorted().at(-1) as string;
      const { rows } = await pool.query(
        `SELECT to_char(day, 'YYYY-MM-DD') AS day, coalesce(sum(new), 0)::float AS new, coalesce(sum(solved), 0)::float AS solved,
                coalesce(sum(open), 0)::float AS open
           FROM generate_series($1::timestamp, $2::timestamp, '1 day') AS day LEFT JOIN pylon_bi.daily_backlog USING (day)
          GROUP BY day ORDER BY day`,
        [since, today],
      );
      expect(await readBacklog(ask, since)).toEqual(rows);
    }),
    { numRuns: 100 },
  );
});
