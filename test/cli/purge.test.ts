import { describe, expect } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { run } from '../helpers/command.ts';
import { type TestDatabase, test } from '../helpers/database.ts';

/** A deleted issue with all that can be kept of it, one that lives, and an account of the same words. */
async function fill({ pool }: TestDatabase): Promise<void> {
  await asDaemon(
    pool,
    `INSERT INTO pylon.issues (id, number, title, _hash, _deleted_at)
     VALUES ('gone', 1, 'Private', 'h', now()), ('live', 2, 'Private', 'h', NULL);
     INSERT INTO pylon.issue_messages (id, issue_id, message_html, _hash, _deleted_at)
     VALUES ('m1', 'gone', 'Private', 'h', now()), ('m2', 'gone', 'Private', 'h', now()), ('m3', 'live', 'Private', 'h', NULL)`,
  );
  await pool.query(`
    INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid, settled_at)
    SELECT 'issues', id, 'update', '{"title": "Private"}', '{"title": "Private too"}', 'applied', 'anna', 1, now()
      FROM pylon.issues;
    INSERT INTO pylon_sync.rejected_records (resource, record_id, payload, reason, digest)
    VALUES ('issue_messages', 'm1', '"Private"', 'no object', 'd1'), ('issues', 'other', '"Private"', 'no object', 'd2');
    INSERT INTO pylon_sync.changes (resource, record_id, field, old, new)
    SELECT 'issues', id, 'custom_fields.note', '"Private"', '"Private too"' FROM pylon.issues`);
}

const purge = ({ url }: TestDatabase, ...words: string[]) => run(['purge', ...words], { DATABASE_URL: url });

const private_ = async ({ pool }: TestDatabase) => {
  const { rows } = await pool.query(`
    SELECT 'issues ' || id AS at FROM pylon.issues WHERE title IS NOT NULL
    UNION ALL SELECT 'issue_messages ' || id FROM pylon.issue_messages WHERE message_html IS NOT NULL
    UNION ALL SELECT 'edits ' || record_id FROM pylon_sync.edits
    UNION ALL SELECT 'rejected ' || record_id FROM pylon_sync.rejected_records
    UNION ALL SELECT 'changes ' || record_id FROM pylon_sync.changes ORDER BY 1`);
  return rows.map(({ at }) => at);
};
const ALL = [
  ...['changes gone', 'changes live'],
  ...['edits gone', 'edits live', 'issue_messages m1', 'issue_messages m2', 'issue_messages m3'],
  ...['issues gone', 'issues live', 'rejected m1', 'rejected other'],
];

describe('purge', () => {
  test('erases a deleted record everywhere, and its children, and nothing else', async ({ database }) => {
    await fill(database);
    const { status, stdout } = await purge(database, '--record', 'gone');
    expect([status, stdout]).toEqual([
      0,
      'erased: 1 row of issues, 2 rows of issue_messages, 1 edit, 1 rejected record, 1 change\n',
    ]);
    expect(await private_(database)).toEqual([
      'changes live',
      'edits live',
      'issue_messages m3',
      'issues live',
      'rejected other',
    ]);
    const { rows } = await database.pool.query(
      'SELECT id, _deleted_at IS NOT NULL AS gone FROM pylon.issues ORDER BY 1',
    );
    expect(rows).toEqual([
      { id: 'gone', gone: true },
      { id: 'live', gone: false },
    ]);
    expect(await purge(database, '--record', 'gone')).toMatchObject({
      status: 0,
      stdout: 'erased: nothing that was not erased already\n',
    });
  });

  test('only counts with --dry-run, for programs too', async ({ database }) => {
    await fill(database);
    const { status, stdout } = await purge(database, '--record', 'gone', '--dry-run', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      dry_run: true,
      rows: { issues: 1, issue_messages: 2 },
      edits: 1,
      rejected: 1,
      changes: 1,
    });
    expect(await private_(database)).toEqual(ALL);
  });

  test('refuses a record that lives, with the remedy', async ({ database }) => {
    await fill(database);
    const { status, stderr } = await purge(database, '--record', 'live');
    expect(status).toBe(1);
    expect(stderr).toContain(
      'issues live is not deleted, and the next pull would bring it back: delete it in Pylon first',
    );
    expect(await private_(database)).toEqual(ALL);
  });

  test('refuses while an edit of it is not settled', async ({ database }) => {
    await fill(database);
    await database.pool.query("UPDATE pylon_sync.edits SET state = 'sending' WHERE record_id = 'gone'");
    const { status, stderr } = await purge(database, '--record', 'gone');
    expect(status).toBe(1);
    expect(stderr).toMatch(/edit 1, of issues, is not settled/);
    expect(await private_(database)).toEqual(ALL);
  });

  test.for<[words: string[], status: number, message: string]>([
    [['--record', 'nobody'], 1, 'nothing is known here of a record nobody'],
    [['--record', 'gone', '--resource', 'accounts'], 1, 'nothing is known here of a record gone'],
    [['--record', 'gone', '--resource', 'acounts'], 2, 'unknown resource "acounts"'],
    [[], 2, "required option '--record <id>' not specified"],
  ])('%j: %i', async ([words, status, message], { database }) => {
    await fill(database);
    const ended = await purge(database, ...words);
    expect(ended.status).toBe(status);
    expect(ended.stderr).toContain(message);
    expect(await private_(database)).toEqual(ALL);
  });
});
