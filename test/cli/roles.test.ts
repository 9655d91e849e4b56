import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { start as run } from '../helpers/command.ts';
import { onServer, withDatabase } from '../helpers/server.ts';
import { copyCluster } from '../postgres/folder.ts';
import { start } from '../postgres/start.ts';

const SCRIPT = readFileSync(join(import.meta.dirname, '../../docs/roles.sql'), 'utf8');

/** A server of its own: roles belong to it as a whole. */
test('a database user who may not make roles is told who has to, and how', async () => {
  const server = await start(await copyCluster());
  try {
    await onServer(server.url, async (client) => {
      await client.query("CREATE ROLE mirror LOGIN PASSWORD 'secret'");
      await client.query('CREATE DATABASE mirrored');
      await client.query('GRANT CREATE ON DATABASE mirrored TO mirror');
    });
    const url = new URL(withDatabase(server.url, 'mirrored'));
    url.username = 'mirror';
    url.password = 'secret';
    const migrate = () => run(['migrate'], { DATABASE_URL: url.href }).ended;
    const first = await migrate();
    expect([first.status, first.stdout]).toEqual([
      0,
      expect.stringContaining('without pylon_reader, pylon_editor, pylon_approver'),
    ]);
    expect(first.stdout).toContain('docs/roles.sql');
    await onServer(server.url, (client) => client.query(`${SCRIPT}; ${SCRIPT}`));
    const second = await migrate();
    expect([second.status, second.stdout.includes('note:')]).toEqual([0, false]);
    const { rows } = await onServer(withDatabase(server.url, 'mirrored'), (client) =>
      client.query(`
        SELECT has_table_privilege('pylon_reader', 'pylon_bi.issues', 'SELECT') AS reads,
               has_table_privilege('pylon_editor', 'pylon.issues', 'UPDATE') AS edits,
               has_function_privilege('pylon_approver', 'pylon_sync.approve_edit(bigint)', 'EXECUTE') AS approves`),
    );
    expect(rows).toEqual([{ reads: true, edits: true, approves: true }]);
  } finally {
    await server.stop();
  }
});
