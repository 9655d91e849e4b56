import type pg from 'pg';
import { expect, inject } from 'vitest';
import { migrate } from '../../../src/db/schema/migrate.ts';
import { asDaemon } from '../../helpers/as-daemon.ts';
import { createDatabase, test } from '../../helpers/database.ts';
import { onServer, poolTo } from '../../helpers/server.ts';

/** A pool whose connections are those of a role. */
function poolAs(url: string, role: string): pg.Pool {
  const own = new URL(url);
  own.searchParams.set('options', `-c role=${role}`);
  return poolTo({ connectionString: own.href });
}

test('an owner who may create schemas and nothing else captures edits and lets people decide', async () => {
  const database = await createDatabase({ migrated: false });
  const owner = `${database.name}_owner`;
  const { url } = inject('server');
  await onServer(url, (client) => client.query(`CREATE ROLE ${owner}`));
  const own = poolAs(database.url, owner);
  try {
    await onServer(database.url, (client) =>
      client.query(`GRANT CREATE ON DATABASE ${database.name} TO ${owner}`),
    );
    await migrate(own);
    await asDaemon(own, "INSERT INTO pylon.issues (id, title, _hash) VALUES ('i1', 'One', 'h1')");
    const editor = poolAs(database.url, 'pylon_editor');
    try {
      await editor.query("UPDATE pylon.issues SET title = 'Mine'");
      await editor.query('SELECT pylon_sync.discard_edit(1)');
      const { rows } = await editor.query('SELECT title, _hash FROM pylon.issues');
      expect(rows).toEqual([{ title: 'One', _hash: 'none' }]);
      const { rows: edits } = await editor.query('SELECT state FROM pylon_sync.edits');
      expect(edits).toEqual([{ state: 'discarded' }]);
    } finally {
      await editor.end();
    }
  } finally {
    await own.end();
    await database.drop();
    await onServer(url, (client) => client.query(`DROP ROLE ${owner}`));
  }
});
