import { expect } from 'vitest';
import { logOf, start } from '../helpers/command.ts';
import { test } from '../helpers/command-environment.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import { EACH_SECOND, NEVER, TOO_SLOW } from '../helpers/daemon-workspace.ts';
import { createHostile } from '../helpers/hostile.ts';
import { poolTo } from '../helpers/server.ts';
import { openWire } from '../helpers/wire.ts';

test('what a role and a database set changes nothing that the daemon and its commands do', async ({
  env,
  sandbox,
}) => {
  const database = await createHostile();
  const wire = await openWire(database.hostileUrl);
  const hostile = {
    ...env,
    DATABASE_URL: wire.url,
    PYLON_SYNC_SCHEDULE: EACH_SECOND,
    PYLON_SYNC_LIST_SCHEDULE: EACH_SECOND,
    PYLON_SYNC_RECONCILE_SCHEDULE: NEVER,
    PYLON_SYNC_ALLOW: 'update,create,delete,message',
  };
  const person = poolTo({ connectionString: database.personUrl, max: 1 });
  try {
    const migrated = await start(['migrate'], hostile).ended;
    expect(migrated.status, migrated.stderr).toBe(0);

    const running = start(['start'], hostile);
    await running.until('"pass":"backfill"');
    await person.query(
      "UPDATE pylon.accounts SET name = 'Bent' WHERE id = (SELECT min(id) FROM pylon.accounts)",
    );
    await expect
      .poll(async () => (await database.pool.query('SELECT state FROM pylon_sync.edits')).rows)
      .toEqual([{ state: 'applied' }]);
    await expectMirror(database.pool, sandbox, undefined, { ticking: true });

    const status = await start(['status'], hostile).ended;
    expect(status.status, status.stderr).toBe(0);
    running.kill('SIGTERM');
    const { status: ended, stderr } = await running.ended;
    expect(ended, stderr).toBe(0);
    const loud = logOf(running).filter(({ level, msg }) => level !== 'info' && !TOO_SLOW.test(String(msg)));
    expect(loud).toEqual([]);
    expect(wire.strays).toEqual([]);
  } finally {
    await person.end();
    await wire.close();
    await database.drop();
  }
});
