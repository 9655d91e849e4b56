import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { migrate } from '../../src/db/schema/migrate.ts';
import { onServer, poolTo } from '../helpers/server.ts';
import { copyCluster, copyMigratedCluster } from '../postgres/folder.ts';
import { start } from '../postgres/start.ts';

const DOCS = join(import.meta.dirname, '../../docs');

/** Runs a script as psql does, with its variable `password`: what `\gexec` ends makes the statements that are run. */
async function runScript(client: pg.Client, path: string, password: string): Promise<void> {
  const script = readFileSync(join(DOCS, path), 'utf8')
    .replaceAll(/^(--|\\if|\\endif|\\getenv).*$/gm, '')
    .replaceAll(":'database'", () => `'${client.database}'`)
    .replaceAll(":'password'", () => client.escapeLiteral(password));
  for (const [, statement = '', end] of script.matchAll(/([^;\\]+)(;|\\gexec)/g)) {
    const { rows } = await client.query<Record<string, string>>(statement);
    if (end === '\\gexec')
      for (const made of rows.flatMap((row) => Object.values(row))) await client.query(made);
  }
}

/** The address of a database for who logs in by a name and a password. */
function addressFor(server: string, user: string, password: string, database?: string): string {
  const url = new URL(server);
  url.username = user;
  url.password = encodeURIComponent(password);
  if (database !== undefined) url.pathname = `/${database}`;
  return url.href;
}

test('the logins of the compose profile bi have what they are for, and nothing of each other', {
  timeout: 120_000,
}, async () => {
  const server = await start(await copyMigratedCluster());
  onTestFinished(() => server.stop());
  // A second time they have the password of then.
  for (const round of ['old', "it's new"])
    await onServer(server.url, async (client) => {
      await runScript(client, 'grafana/login.sql', `reader ${round}`);
      await runScript(client, 'metabase/database.sql', `app ${round}`);
    });

  const app = addressFor(server.url, 'metabase_app', "app it's new", 'metabase_app');
  await onServer(app, (client) => client.query('CREATE TABLE kept (id integer)'));
  await expect(
    onServer(addressFor(server.url, 'metabase_app', "app it's new"), (client) =>
      client.query('SELECT 1 FROM pylon_bi.issues'),
    ),
  ).rejects.toThrow('permission denied for schema pylon_bi');

  const reader = (database?: string) => addressFor(server.url, 'bi', "reader it's new", database);
  await onServer(reader(), async (client) => {
    await client.query('SELECT 1 FROM pylon_bi.issues');
    await expect(client.query("UPDATE pylon.issues SET title = ''")).rejects.toThrow('permission denied');
  });
  await expect(onServer(reader('metabase_app'), async () => {})).rejects.toThrow(
    'permission denied for database "metabase_app"',
  );
  for (const [user, password] of [
    ['metabase_app', 'app old'],
    ['bi', 'reader old'],
  ] as const)
    await expect(onServer(addressFor(server.url, user, password), async () => {})).rejects.toThrow(
      'password authentication failed',
    );
});

test('the owner that Compose makes mirrors, gives its roles to people, and is let do nothing else', {
  timeout: 60_000,
}, async () => {
  const server = await start(await copyCluster());
  onTestFinished(() => server.stop());
  await onServer(server.url, async (superuser) => {
    await superuser.query(readFileSync(join(DOCS, 'roles.sql'), 'utf8'));
    await runScript(superuser, 'owner.sql', "it's own");
    // By a password nobody is the superuser any more.
    await expect(onServer(server.url, async () => {})).rejects.toThrow('password authentication failed');

    const pool = poolTo({ connectionString: addressFor(server.url, 'pylon', "it's own"), max: 2 });
    try {
      await migrate(pool);
      await expect(pool.query('CREATE ROLE anna')).rejects.toThrow('permission denied');
      await expect(pool.query("COPY (SELECT 1) TO PROGRAM 'cat'")).rejects.toThrow('permission denied');
      await runScript(superuser, 'grafana/login.sql', 'reader');
      await runScript(superuser, 'metabase/database.sql', 'app');
      await superuser.query('CREATE ROLE anna');
      await pool.query('GRANT pylon_editor TO anna');
      // Somebody else writes: since when is for whoever may see all of them.
      await superuser.query("BEGIN; UPDATE pylon.issues SET title = ''");
      const { rows } = await pool.query(
        `SELECT synced_until IS NOT NULL AS known FROM pylon_bi.freshness WHERE resource = 'issues'`,
      );
      expect(rows).toEqual([{ known: true }]);
      await superuser.query('COMMIT');
    } finally {
      await pool.end();
    }
  });
  await onServer(addressFor(server.url, 'bi', 'reader'), (client) =>
    client.query('SELECT 1 FROM pylon_bi.issues'),
  );
});
