import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { run } from '../helpers/command.ts';
import { openDaemonWorkspace } from '../helpers/daemon-workspace.ts';
import { createDatabase, type OwnDatabase } from '../helpers/database.ts';
import { statesIn } from '../helpers/edits.ts';
import { writeRequests } from '../helpers/write-requests.ts';
import { pathOf } from '../setup/programs.ts';

const NAMES = 'issues,accounts,custom_fields';
const call = promisify(execFile);

/** The major version of the pg_dump of this machine. */
const program = pathOf('pg_dump') ?? 'pg_dump';
const version = Number(/\d+/.exec((await call(program, ['--version'])).stdout)?.[0]);

const majorOf = async ({ pool }: OwnDatabase): Promise<number> =>
  Math.floor(Number((await pool.query('SHOW server_version_num')).rows[0].server_version_num) / 10_000);

/** What each table of the mirror and of the daemon's own holds, as one text a table. */
async function contentsOf({ pool }: OwnDatabase): Promise<Readonly<Record<string, string>>> {
  const { rows: tables } = await pool.query<{ name: string }>(`
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname IN ('pylon', 'pylon_sync') AND tablename <> 'lease' ORDER BY 1`);
  const contents: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await pool.query(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS held FROM ${name} AS t`,
    );
    contents[name] = rows[0].held;
  }
  return contents;
}

test('a whole dump is restored as it was: edits that waited are drafts, and sent once when they are approved', async (context) => {
  const workspace = await openDaemonWorkspace({
    sandbox: { issues: 10 },
    env: { PYLON_SYNC_RESOURCES: NAMES, PYLON_SYNC_ALLOW: 'update,create' },
  });
  onTestFinished(() => workspace.close());
  const { sandbox, database, env } = workspace;
  if (version !== (await majorOf(database)))
    context.skip(
      `pg_dump ${version} is not of the version of the server: it refuses a newer one, and its dumps are not for an older one`,
    );
  expect(await run(['backfill'], env)).toMatchObject({ status: 0 });
  const [row] = sandbox.world.all('issues');
  const id = String(row?.object.id);
  const { pool } = database;
  await pool.query("UPDATE pylon.issues SET title = 'Sent before' WHERE id = $1", [id]);
  expect(await run(['push'], env)).toMatchObject({ status: 0, stdout: 'Edits: 1 applied.\n' });
  await pool.query("UPDATE pylon.issues SET title = 'Waits' WHERE id = $1", [id]);
  await pool.query("INSERT INTO pylon.accounts (name) VALUES ('Not there yet')");
  const before = writeRequests(sandbox).length;

  const folder = await mkdtemp(join(tmpdir(), 'pylon-sync-dump-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'mirror.dump');
  await call(program, ['--format=custom', `--file=${file}`, database.url]);
  const restored = await createDatabase({ migrated: false });
  onTestFinished(() => restored.drop());
  await call(join(program, '../pg_restore'), ['--exit-on-error', `--dbname=${restored.url}`, file]);

  expect(await contentsOf(restored)).toEqual(await contentsOf(database));
  const there = { ...env, DATABASE_URL: restored.url };
  // Nothing is missing: triggers, functions, policies, views and grants came along.
  expect(await run(['migrate'], there)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('nothing to do'),
  });
  expect(await run(['push'], there)).toMatchObject({ stdout: expect.not.stringContaining('applied') });
  expect(await statesIn(restored)).toEqual(['applied', 'draft', 'draft']);
  expect(
    (await restored.pool.query('SELECT count(txid)::integer AS left FROM pylon_sync.edits')).rows,
  ).toEqual([{ left: 0 }]);
  expect(writeRequests(sandbox)).toHaveLength(before);

  expect(await run(['edits', 'approve', '2', '3'], there)).toMatchObject({ status: 0 });
  expect(await run(['push'], there)).toMatchObject({ status: 0, stdout: 'Edits: 2 applied.\n' });
  expect(sandbox.world.get('issues', id)).toMatchObject({ title: 'Waits' });
  expect(writeRequests(sandbox)).toHaveLength(before + 2);
}, 180_000);
