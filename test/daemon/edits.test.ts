import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { run } from '../helpers/command.ts';
import { NEVER, openDaemonWorkspace, type WorkspaceOptions } from '../helpers/daemon-workspace.ts';
import { createDatabase } from '../helpers/database.ts';
import { editAnyway, editsIn, latestEdit, statesIn } from '../helpers/edits.ts';
import { newGate } from '../helpers/gate.ts';
import { onServer, withDatabase } from '../helpers/server.ts';
import { writeRequests } from '../helpers/write-requests.ts';

const TIMEOUT = { timeout: 180_000 };

/** Nothing else carries an edit in a test: no pass comes round. The machine may be busy. */
const SOON = { interval: 20 };

const NAMES = 'issues,accounts,custom_fields';

async function open(options: WorkspaceOptions = {}) {
  const workspace = await openDaemonWorkspace({
    sandbox: { issues: 10 },
    ...options,
    env: {
      PYLON_SYNC_RESOURCES: NAMES,
      PYLON_SYNC_SCHEDULE: NEVER,
      PYLON_SYNC_LIST_SCHEDULE: NEVER,
      PYLON_SYNC_RECONCILE_SCHEDULE: NEVER,
      ...options.env,
    },
  });
  const { sandbox, database } = workspace;
  const [row] = sandbox.world.all('issues');
  const id = String(row?.object.id);
  return {
    ...workspace,
    id,
    edit: (set: string) => database.pool.query(`UPDATE pylon.issues SET ${set} WHERE id = $1`, [id]),
    there: () => sandbox.world.get('issues', id) ?? {},
    here: async () => (await database.pool.query('SELECT * FROM pylon.issues WHERE id = $1', [id])).rows[0],
  };
}

/** The same, read once, with nobody at work, until the test ends. */
async function read() {
  const workspace = await open();
  onTestFinished(() => workspace.close());
  const { status, stderr } = await run(['backfill'], workspace.env);
  if (status !== 0) throw new Error(stderr);
  return workspace;
}

describe('beside a daemon', () => {
  /** One for all, which has read everything. */
  let workspace: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    workspace = await open();
    await workspace.launch(['start']).until('"pass":"backfill"');
  });
  afterAll(() => workspace.close());

  test('an UPDATE reaches Pylon, and what Pylon made of it comes back', TIMEOUT, async () => {
    const { edit, there, here, database } = workspace;
    const latest = await latestEdit(database);
    for (const title of [' One ', 'Two', 'Three']) {
      await edit(`title = '${title}'`);
      await expect.poll(there, SOON).toMatchObject({ title: title.trim() });
    }
    await expect.poll(() => statesIn(database, latest), SOON).toEqual(['applied', 'applied', 'applied']);
    expect(await here()).toMatchObject({ title: 'Three' });
  });

  test('it does so in the middle of a pull, which then does not undo it', TIMEOUT, async () => {
    const { edit, there, here, database, sandbox, id, env } = workspace;
    const [latest, sent] = [await latestEdit(database), writeRequests(sandbox).length];
    sandbox.world.patch('issues', id, { customer_portal_visible: true });
    const gate = newGate();
    sandbox.faults.add({ endpoint: 'POST /issues/search', kind: 'slow', until: gate.opened });
    const pulling = run(['sync', '--resource', 'issues'], env);
    const isAsked = () =>
      sandbox.requests.some(({ endpoint, status }) => endpoint === 'POST /issues/search' && status === 0);
    await expect.poll(isAsked, SOON).toBe(true);
    await edit("title = 'Meanwhile'");
    await expect.poll(there, SOON).toMatchObject({ title: 'Meanwhile' });
    await expect.poll(() => statesIn(database, latest), SOON).toEqual(['applied']);
    expect(isAsked()).toBe(true);
    gate.open();
    expect((await pulling).status).toBe(0);
    expect(await here()).toMatchObject({ title: 'Meanwhile', customer_portal_visible: true });
    expect(writeRequests(sandbox)).toHaveLength(sent + 1);
  });

  test('`push` waits for what is due, and says what became of it', TIMEOUT, async () => {
    const { edit, env, sandbox, database } = workspace;
    const latest = await latestEdit(database);
    const gate = newGate();
    sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: 'slow', until: gate.opened });
    await edit("title = 'Slow'");
    const pushing = run(['push'], env);
    const begun = "SELECT FROM pylon_sync.handovers WHERE command = 'push' AND state <> 'queued'";
    await expect.poll(async () => (await database.pool.query(begun)).rowCount, SOON).toBe(1);
    gate.open();
    const { status, stdout, stderr } = await pushing;
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^(Edits: 1 applied|Nothing is due)\.\n$/)]);
    expect(stderr).toContain('handing the command over');
    expect(await statesIn(database, latest)).toEqual(['applied']);
  });
});

describe('alone', () => {
  test('`push --dry-run` prints what `push` then sends, and sends nothing', TIMEOUT, async () => {
    const { edit, env, sandbox, id, database } = await read();
    expect(await run(['push'], env)).toMatchObject({ status: 0, stdout: 'Nothing is due.\n' });
    expect(await run(['push', '--dry-run'], env)).toMatchObject({ status: 0, stdout: 'Nothing is due.\n' });
    await edit("title = 'Asked for', tags = '{x}'");
    const dry = await run(['push', '--dry-run'], env);
    const body = { tags: ['x'], title: 'Asked for' };
    expect(dry).toMatchObject({
      status: 0,
      stdout: `# issues ${id} (edit 1)\nPATCH /issues/${id}\n${JSON.stringify(body, null, 2)}\n\n`,
    });
    expect([writeRequests(sandbox), await statesIn(database)]).toEqual([[], ['pending']]);
    // In a copy of the database it says what would become of it, and leaves that to whoever works there.
    const identity = 'UPDATE pylon_sync.settings SET value = $1 WHERE key = $2 RETURNING value';
    const known = await database.pool.query("SELECT value FROM pylon_sync.settings WHERE key = 'identity'");
    await database.pool.query(identity, ['"another"', 'identity']);
    expect((await run(['push', '--dry-run'], env)).stdout).toBe(
      `# issues ${id} (edit 1): would become a draft, as this database was copied or restored\n\n`,
    );
    expect(await statesIn(database)).toEqual(['pending']);
    await database.pool.query(identity, [JSON.stringify(known.rows[0].value), 'identity']);

    expect(await run(['push'], env)).toMatchObject({ status: 0, stdout: 'Edits: 1 applied.\n' });
    expect(writeRequests(sandbox)).toMatchObject([{ path: `/issues/${id}`, body }]);
  });

  test('`push` tells what is not applied, by its exit status too', TIMEOUT, async () => {
    const { edit, env, sandbox, id, database } = await read();
    await editAnyway(database, id, "state = 'no such state'");
    const none = await run(['push'], env);
    expect(none).toMatchObject({ status: 1, stdout: 'Edits: 1 failed.\n' });
    expect(none.stderr).toContain('not all edits are applied');

    sandbox.world.patch('issues', id, { title: 'Theirs' });
    await edit("title = 'Mine'");
    await database.pool.query(
      "UPDATE pylon.accounts SET name = 'Renamed' WHERE id = (SELECT min(id) FROM pylon.accounts)",
    );
    const dry = await run(['push', '--dry-run'], env);
    expect(dry.stdout).toContain(`# issues ${id} (edit 2): changed in Pylon too: title\n\n`);
    const part = await run(['push'], env);
    expect([part.status, part.stdout]).toEqual([
      3,
      expect.stringMatching(/^Edits: (1 conflict, 1 applied|1 applied, 1 conflict)\.\n$/),
    ]);
  });
});

test('in a copy of the database what waits becomes drafts, and nothing is sent', TIMEOUT, async () => {
  const { edit, launch, database, sandbox } = await read();
  await edit("title = 'For the first alone'");
  const server = new URL(database.url);
  const copy = await createDatabase({ migrated: false });
  onTestFinished(() => copy.drop());
  const idle =
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()';
  await onServer(withDatabase(server.href, 'postgres'), async (client) => {
    await client.query(`DROP DATABASE ${copy.name}`);
    await client.query(idle, [database.name]);
    await client.query(`CREATE DATABASE ${copy.name} TEMPLATE ${database.name}`);
  });
  const daemon = launch(['start'], { DATABASE_URL: copy.url });
  await daemon.until('this database was copied or restored');
  await expect.poll(() => statesIn(copy), SOON).toEqual(['draft']);
  expect(await editsIn(copy)).toMatchObject([
    { error: 'the database was copied or restored: approve it to send it' },
  ]);
  await daemon.stop();
  expect(writeRequests(sandbox)).toEqual([]);
  // The first sends it.
  expect(
    await run(['push'], {
      DATABASE_URL: database.url,
      PYLON_API_URL: sandbox.url,
      PYLON_API_TOKEN: sandbox.token,
      PYLON_SYNC_RESOURCES: NAMES,
    }),
  ).toMatchObject({ status: 0, stdout: 'Edits: 1 applied.\n' });
});
