import { ENDED, IS_OPEN, LASTED, SOON_DAYS, SPAN, SPANS } from '../resources/issues/ended.ts';
import type { Unit } from './calendar.ts';
import type { Answers, Backlog } from './report.ts';

/** Runs a query and returns its rows. */
export type Ask = <Row extends object>(query: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** Reads the time and today's date from the database's clock, as the views do. */
export async function readToday(ask: Ask): Promise<{ readonly at: string; readonly today: string }> {
  const [row] = await ask<{ at: string; today: string }>(
    `SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at,
            to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS today`,
  );
  if (row === undefined) throw new Error('SELECT without FROM gave no row');
  return row;
}

/** Reads the day on which `daily_backlog` begins. Ignores the year 1, which Pylon sends for a missing time. */
export async function readFirst(ask: Ask): Promise<string | null> {
  const [row] = await ask<{ first: string }>(
    // Not min(): within a view of several tables Postgres would read every issue for it.
    `SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS first
       FROM pylon_bi.issue_metrics WHERE created_at BETWEEN '2000-01-01T00:00:00Z' AND now() ORDER BY created_at LIMIT 1`,
  );
  return row?.first ?? null;
}

/** SQL: the day, in UTC, of a time. */
const dayOf = (time: string) => `(${time} AT TIME ZONE 'UTC')::date`;

/**
 * Reads the sums of `daily_backlog` of each day from a day on, which must not be before the one on which that begins.
 *
 * What is open at the end of a day is what was open when it began, and what is new, without what was solved. So each issue that
 * was open since the first of the days is read once, where the view, which has teams and sources too, counts it on each day.
 */
export function readBacklog(ask: Ask, since: string): Promise<readonly Backlog[]> {
  return ask(
    `WITH day AS (SELECT $1::date AS first, $1::timestamp AT TIME ZONE 'UTC' AS begins),
          lasted AS (
            SELECT created_at, NULL::timestamptz AS ended FROM pylon_bi.issues WHERE ${IS_OPEN}
             UNION ALL
            SELECT created_at, ${ENDED} FROM pylon_bi.issues
             WHERE created_at >= (SELECT begins - interval '${SOON_DAYS * 24} hours' FROM day) AND NOT ${LASTED}
               AND ${ENDED} >= (SELECT begins FROM day) AND ${ENDED} < 'infinity'
             UNION ALL
            SELECT created_at, ${ENDED} FROM (VALUES ${SPANS.map((days) => `(${days})`).join(', ')}) AS span(days) CROSS JOIN pylon_bi.issues
             WHERE ${LASTED} AND ${SPAN} = span.days AND ${ENDED} >= (SELECT begins FROM day) AND ${ENDED} < 'infinity'),
          moved AS (
            SELECT CASE WHEN began >= day.first THEN began END AS new, ended, count(*) AS issues
              FROM (SELECT ${dayOf('created_at')} AS began, ${dayOf('ended')} AS ended FROM lasted) AS one CROSS JOIN day
             WHERE ended IS NULL AND began IS NOT NULL OR ended >= began
             GROUP BY 1, 2),
          counted AS (
            SELECT on_day, sum(new) AS new, sum(solved) AS solved
              FROM (SELECT new AS on_day, issues AS new, 0 AS solved FROM moved
                     UNION ALL SELECT ended, 0, issues FROM moved WHERE ended IS NOT NULL) AS one
             GROUP BY 1)
     SELECT to_char(calendar.on_day, 'YYYY-MM-DD') AS day, coalesce(new, 0)::float AS new, coalesce(solved, 0)::float AS solved,
            (coalesce((SELECT new FROM counted WHERE on_day IS NULL), 0)
             + sum(coalesce(new, 0) - coalesce(solved, 0)) OVER (ORDER BY calendar.on_day))::float AS open
       FROM (SELECT generate_series($1::timestamp, (now() AT TIME ZONE 'UTC')::date, interval '1 day')::date AS on_day) AS calendar
       LEFT JOIN counted USING (on_day) ORDER BY 1`,
    [since],
  );
}

/** SQL: the first day of the unit in which an issue was created; `$1` is the unit. */
const BEGINS = `date_trunc($1::text, created_at AT TIME ZONE 'UTC')`;

/** SQL: that day as text, which is to be made once for each unit and not for each issue. */
const SHOWN = "to_char(begins, 'YYYY-MM-DD')";

/** SQL: whether an issue was created from the day `$2` to the end of `$3`. */
const CREATED = `created_at >= $2::timestamp AT TIME ZONE 'UTC'
             AND created_at < ($3::timestamp + interval '1 day') AT TIME ZONE 'UTC'`;

export function readAnswers(ask: Ask, unit: Unit, from: string, today: string): Promise<readonly Answers[]> {
  return ask(
    // Both percentiles from one sort. OFFSET 0: so that the hours of an issue are worked out once.
    `SELECT ${SHOWN} AS begins, issues, answered, percentiles[1] AS median, percentiles[2] AS p90
       FROM (SELECT begins, count(*)::float AS issues, count(hours)::float AS answered,
                    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY hours) AS percentiles
               FROM (SELECT ${BEGINS} AS begins, first_response_hours::float AS hours
                       FROM pylon_bi.issue_metrics
                      WHERE ${CREATED} OFFSET 0) AS one
              GROUP BY 1) AS counted ORDER BY 1`,
    [unit, from, today],
  );
}

interface VolumeOfSource {
  readonly begins: string;
  /** 1 for the most frequent source; `most` + 1 for all that come after the first `most`. */
  readonly rank: number;
  /** Empty for issues without one; null for several. */
  readonly source: string | null;
  readonly issues: number;
}

export function readVolume(
  ask: Ask,
  unit: Unit,
  from: string,
  today: string,
  most: number,
): Promise<readonly VolumeOfSource[]> {
  return ask(
    `WITH made AS (
       SELECT ${BEGINS} AS begins, coalesce(source, '') AS source, count(*) AS issues
         FROM pylon_bi.issue_metrics
        WHERE ${CREATED}
        GROUP BY 1, 2),
     ranked AS (
       SELECT source, row_number() OVER (ORDER BY sum(issues) DESC, source) AS rank FROM made GROUP BY 1)
     SELECT ${SHOWN} AS begins, least(rank, $4::integer + 1)::float AS rank,
            CASE WHEN max(rank) <= $4::integer THEN max(source) END AS source, sum(issues)::float AS issues
       FROM made JOIN ranked USING (source)
      GROUP BY made.begins, 2 ORDER BY 1, 2`,
    [unit, from, today, most],
  );
}
