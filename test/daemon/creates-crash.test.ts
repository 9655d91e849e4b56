import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Dice } from '../../src/sandbox/random.ts';
import { type Launched, logOf } from '../helpers/command.ts';
import { type DaemonWorkspace, mirrored, NEVER, openWorkspace } from '../helpers/daemon-workspace.ts';
import { editsIn } from '../helpers/edits.ts';
import { allEnded, killed } from '../helpers/kills.ts';

const KILLS = 30;
const CHANGES_EVERY_MS = 60;
/** One answer to a create, and one to a delete, is lost for about so many changes. */
const LOST_ONE_IN = 4;
/** No promise: only the end of a test that cannot succeed any more. */
const TIMEOUT = 900_000;
const WITHIN_MS = 400_000;

const NAMES = ['accounts', 'contacts', 'issues'];
const NAMED: Readonly<Record<string, string>> = { accounts: 'name', contacts: 'name', issues: 'title' };

/** Something that people inserted, or deleted, by its name. */
interface Asked {
  readonly resource: string;
  readonly name: string;
}

/** Has people insert rows, often with one that depends on it, and delete them again, until told. */
function changed({ database: { pool } }: DaemonWorkspace, dice: Dice) {
  const [inserted, deleted]: [Asked[], Asked[]] = [[], []];
  const failed: unknown[] = [];
  let isOver = false;
  const insert = async (n: number) => {
    const [account, contact, issue] = [`account ${n}`, `contact ${n}`, `issue ${n}`];
    await pool.query(
      `WITH account AS (INSERT INTO pylon.accounts (name) VALUES ($1) RETURNING id),
            contact AS (INSERT INTO pylon.contacts (name, email, account_id)
                        SELECT $2, $3, id FROM account RETURNING id, account_id)
       INSERT INTO pylon.issues (title, body_html, account_id, requester_id)
       SELECT $4, '<p>text</p>', account_id, id FROM contact`,
      [account, contact, `contact-${n}@new.example`, issue],
    );
    inserted.push(
      { resource: 'accounts', name: account },
      { resource: 'contacts', name: contact },
      { resource: 'issues', name: issue },
    );
  };
  const remove = async (one: Asked) => {
    const { rowCount } = await pool.query(
      `DELETE FROM pylon.${one.resource} WHERE ${NAMED[one.resource]} = $1`,
      [one.name],
    );
    // Two, where a pull has brought what a create made whose answer nobody noted: both are one object.
    if (rowCount !== 0) deleted.push(one);
  };
  const work = async () => {
    for (let n = 0; !isOver; n += 1) {
      const removable = inserted.filter((one) => one.resource === 'issues' && !deleted.includes(one));
      if (dice.chance(0.35) && removable.length > 0) await remove(dice.pick(removable));
      else await insert(n);
      await sleep(CHANGES_EVERY_MS);
    }
  };
  const working = work().catch((error: unknown) => void failed.push(error));
  return {
    ...{ inserted, deleted },
    async end() {
      isOver = true;
      await working;
      expect(failed).toEqual([]);
    },
  };
}

/** Notes which objects ever bore a name. */
function watchObjects({ sandbox }: DaemonWorkspace) {
  const ids = new Map<string, Set<string>>();
  const look = () => {
    for (const resource of NAMES)
      for (const { object } of sandbox.world.all(resource)) {
        const key = `${resource} ${object[NAMED[resource] ?? '']}`;
        ids.set(key, (ids.get(key) ?? new Set()).add(String(object.id)));
      }
  };
  const timer = setInterval(look, 5);
  return {
    idsOf: ({ resource, name }: Asked) => [...(ids.get(`${resource} ${name}`) ?? [])],
    end: () => {
      clearInterval(timer);
      look();
    },
  };
}

test('a daemon killed at thirty random moments creates each row once, and deletes what was deleted', {
  timeout: TIMEOUT,
}, async () => {
  const seed = Date.now() % 1_000_000;
  const told = `seed ${seed}`;
  const dice = new Dice(seed);
  const workspace = await openWorkspace({
    sandbox: { issues: 60, latencyMs: 8, seed },
    limits: { interval_ms: 20 },
    env: {
      PYLON_SYNC_ALLOW: 'update,create,delete',
      PYLON_SYNC_RESOURCES: NAMES.join(','),
      PYLON_SYNC_LIST_SCHEDULE: '*/10 * * * * *',
      PYLON_SYNC_RECONCILE_SCHEDULE: NEVER,
    },
  });
  onTestFinished(() => workspace.close());
  const { database, sandbox, launch } = workspace;
  const daemons: Launched[] = [];
  const begin = () => {
    const daemon = launch(['start']);
    daemons.push(daemon);
    return daemon;
  };
  const first = begin();
  await first.until('"pass":"backfill"');
  first.kill('SIGKILL');
  await first.ended;

  const objects = watchObjects(workspace);
  const people = changed(workspace, new Dice(seed + 1));
  const losing = setInterval(() => {
    const resource = dice.pick(NAMES);
    sandbox.faults.add({ endpoint: `POST /${resource}`, kind: 'lost-answer' });
    sandbox.faults.add({ endpoint: 'DELETE /issues/{id}', kind: 'lost-answer' });
  }, CHANGES_EVERY_MS * LOST_ONE_IN);
  onTestFinished(() => clearInterval(losing));
  let met = 0;
  for (let kills = 0; kills < KILLS; kills += 1) {
    await killed(workspace, dice, begin());
    const edits = await editsIn(database);
    if (edits.some(({ state, operation }) => state === 'sending' && operation === 'create')) met += 1;
  }
  await people.end();
  clearInterval(losing);
  sandbox.faults.clear();

  const last = begin();
  const edits = await allEnded(database, WITHIN_MS);
  objects.end();
  // Nothing disappeared, and nothing failed: a row that was deleted before it was sent is discarded with its create.
  expect(edits.filter(({ operation }) => operation === 'create').length, told).toBe(people.inserted.length);
  expect(
    edits.filter(
      ({ state, error }) => state !== 'applied' && error !== 'deleted here before it was created in Pylon',
    ),
    told,
  ).toEqual([]);
  await mirrored(workspace, { withinMs: WITHIN_MS, names: NAMES });
  last.kill('SIGTERM');
  expect((await last.ended).status, told).toBe(0);

  for (const one of people.inserted) {
    const ids = objects.idsOf(one);
    const isDeleted = people.deleted.includes(one);
    expect(ids.length, `${told}: objects ever named ${one.name}`).toBeLessThanOrEqual(1);
    const now = [...sandbox.world.all(one.resource)].filter(
      ({ object }) => object[NAMED[one.resource] ?? ''] === one.name,
    );
    expect(now.length, `${told}: objects named ${one.name} now`).toBe(isDeleted ? 0 : 1);
  }
  const loud = daemons.flatMap(logOf).filter(({ level }) => level === 'error' || level === 'fatal');
  expect(loud, told).toEqual([]);
  // The kills must have met creates that were under way, and people must have deleted.
  expect(met, told).toBeGreaterThan(KILLS / 10);
  expect(people.deleted.length, told).toBeGreaterThan(0);
});
