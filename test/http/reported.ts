import { asDaemon } from '../helpers/as-daemon.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { HOSTILE } from './filled.ts';

/** Noon (UTC) of a day, so many days before today and hours after that. */
const ago = (days: number, hours = 0) =>
  `(date_trunc('day', now() AT TIME ZONE 'UTC') + interval '${12 + hours} hours' - interval '${days} days') AT TIME ZONE 'UTC'`;

/**
 * Issues of the last five days: four of e-mail and one of Slack are made, three answered and two solved, one of them
 * in the end; and one under a hostile source.
 */
export async function report({ pool }: Pick<TestDatabase, 'pool'>): Promise<void> {
  const hostile = HOSTILE.replaceAll("'", "''");
  await asDaemon(
    pool,
    `INSERT INTO pylon.issues (id, number, state, source, created_at, first_response_seconds, resolution_time) VALUES
       ('i1', 1, 'closed', 'email', ${ago(5)}, 7200, ${ago(3)}),
       ('i2', 2, 'new', 'email', ${ago(5)}, 14400, NULL),
       ('i3', 3, 'closed', 'email', ${ago(3)}, 36000, ${ago(3, 1)}),
       ('i4', 4, 'new', 'email', ${ago(3)}, NULL, NULL),
       ('i5', 5, 'new', 'slack', ${ago(1)}, NULL, NULL),
       ('i6', 6, 'new', '${hostile}', ${ago(1)}, NULL, NULL),
       ('gone', 7, 'new', 'slack', ${ago(2)}, NULL, NULL);
     UPDATE pylon.issues SET _deleted_at = now() WHERE id = 'gone'`,
  );
}
