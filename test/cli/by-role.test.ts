import { describe, expect } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { run } from '../helpers/command.ts';
import { type TestDatabase, test } from '../helpers/database.ts';
import { statesIn } from '../helpers/edits.ts';
import { withLogin } from '../helpers/logins.ts';

type Role = 'pylon_reader' | 'pylon_editor' | 'pylon_approver';

/** Edits of four issues: 1 a draft, 2 pending, 3 failed, 4 in conflict. */
async function fill({ pool }: TestDatabase): Promise<void> {
  await asDaemon(
    pool,
    `INSERT INTO pylon.issues (id, title, state, tags) SELECT 'i' || n, 'One', 'new', '{}' FROM generate_series(1, 4) AS n`,
  );
  for (const n of [1, 2, 3, 4]) await pool.query(`UPDATE pylon.issues SET title = 'Mine' WHERE id = 'i${n}'`);
  await pool.query(`
    UPDATE pylon_sync.edits SET state = (ARRAY['draft', 'pending', 'failed', 'conflict'])[id];
    UPDATE pylon_sync.edits SET held = '{title}', remote = '{"title": "Theirs"}' WHERE state = 'conflict'`);
}

/** Nothing listens there: whoever gets as far as asking Pylon is told so. */
const PYLON = { PYLON_API_TOKEN: 'a-token', PYLON_API_URL: 'http://127.0.0.1:1', PYLON_SYNC_HTTP: 'off' };

/** Runs commands one after the other with a login of a role, which is called anna in what they say. */
const as = <T>(database: TestDatabase, role: Role, work: (command: typeof run) => Promise<T>): Promise<T> =>
  withLogin(database, role, ({ name, url }) =>
    work(async (words) => {
      const ended = await run(words, { ...PYLON, DATABASE_URL: url, LOG_LEVEL: 'silent' });
      return { ...ended, stderr: ended.stderr.replaceAll(name, 'anna') };
    }),
  );

const DENIED = {
  ...{ status: 1, stdout: '' },
  stderr: expect.stringMatching(/^pylon-sync: the database user "anna" may not do this: [^\n]+\n$/),
};
const ROLES: readonly Role[] = ['pylon_reader', 'pylon_editor', 'pylon_approver'];

/** Words of `edits`, what it says, and the states of the edits after it; undefined: refused, and nothing done. */
type Step = readonly [words: readonly string[], said?: RegExp, left?: readonly string[]];

test.for<{ role: Role; steps: readonly Step[] }>([
  {
    role: 'pylon_editor',
    steps: [
      [['list'], /^ *id +state/],
      [['show', '4'], /resolve 4 --local/],
      [['approve', '1', '--dry-run'], /^would approve: 1 edit/],
      [['approve', '1']],
      // Nothing can come of it; what this role may not do comes first.
      [['approve', '2']],
      [['retry', '3'], /^trying again: 1 edit/, ['draft', 'pending', 'pending', 'conflict']],
      [['resolve', '4', '--local'], /^sending/, ['draft', 'pending', 'pending', 'pending']],
      [['discard', '2'], /^discarded: 1 edit/, ['draft', 'discarded', 'pending', 'pending']],
    ],
  },
  {
    role: 'pylon_approver',
    steps: [
      [['list'], /^ *id +state/],
      [['show', '4'], /resolve 4 --local/],
      [['discard', '2']],
      [['retry', '3']],
      [['resolve', '4', '--local']],
      [['resolve', '3', '--local']],
      [['approve', '1'], /^approved: 1 edit/, ['pending', 'pending', 'failed', 'conflict']],
    ],
  },
  {
    role: 'pylon_reader',
    steps: [[['list']], [['show', '4']], [['discard', '2']], [['approve', '1']]],
  },
])(
  '$role does of `edits` what it is for, and is refused the rest in a sentence',
  async ({ role, steps }, { database }) => {
    await fill(database);
    let states: readonly string[] = ['draft', 'pending', 'failed', 'conflict'];
    await as(database, role, async (command) => {
      for (const [words, said, left] of steps) {
        const ended = await command(['edits', ...words]);
        const done = said && { status: 0, stdout: expect.stringMatching(said), stderr: '' };
        expect([words, ended]).toEqual([words, done ?? DENIED]);
        states = left ?? states;
        expect([words, await statesIn(database)]).toEqual([words, states]);
      }
    });
  },
);

test.for(ROLES)(
  '%s is refused in a sentence what the daemon and its owner do',
  async (role, { database }) => {
    const commands = [
      'status',
      'migrate',
      'start',
      'backfill',
      'sync',
      'reconcile',
      'push',
      'purge --record i1',
    ];
    await as(database, role, async (command) => {
      for (const words of commands) expect([words, await command(words.split(' '))]).toEqual([words, DENIED]);
      const { status, stdout, stderr } = await command(['check']);
      expect(status).toBe(2);
      expect(stdout).toContain('migrations: all applied');
      expect(stderr).toMatch(/^wrong {2}database: the database user "anna" may not do this: [^\n]+$/m);
      expect(stderr).not.toMatch(/^ +at /m);
    });
  },
);

describe('what the database refuses unexpectedly is told without statement, values and stack', () => {
  test.for<[what: string, broken: string, words: readonly string[], said: string]>([
    [
      'a table that is not there',
      'ALTER TABLE pylon_sync.edits RENAME TO elsewhere',
      ['edits', 'list', '--record', 'ada@acme.com'],
      'relation "pylon_sync.edits" does not exist (SQLSTATE 42P01)',
    ],
    [
      'a value',
      `CREATE OR REPLACE FUNCTION pylon_sync.retry_edits(ids bigint[] DEFAULT NULL, txid bigint DEFAULT NULL) RETURNS integer
       LANGUAGE sql AS $$ SELECT id::integer FROM (SELECT title FROM pylon.issues LIMIT 1) AS i(id) $$`,
      ['edits', 'retry', '3'],
      'invalid input syntax for type integer: "…" (SQLSTATE 22P02)',
    ],
    [
      'a constraint',
      `CREATE OR REPLACE FUNCTION pylon_sync.retry_edits(ids bigint[] DEFAULT NULL, txid bigint DEFAULT NULL) RETURNS integer
       LANGUAGE sql AS $$ INSERT INTO pylon.issues (id) SELECT id FROM pylon.issues LIMIT 1 RETURNING 1 $$`,
      ['edits', 'retry', '3'],
      'duplicate key value violates unique constraint "issues_pkey" (SQLSTATE 23505)',
    ],
  ])('%s', async ([, broken, words, said], { database }) => {
    await fill(database);
    await database.pool.query(broken);
    expect(await run(words, { DATABASE_URL: database.url })).toEqual({
      ...{ status: 1, stdout: '' },
      stderr: `pylon-sync: the database refused a statement: ${said}\n`,
    });
  });
});
