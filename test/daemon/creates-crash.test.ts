import { expect, test } from 'vitest';
import { Dice } from '../../src/sandbox/data/random.ts';
import { CRASH_TIMEOUT, type CrashTest, openCrashTest, WITHIN_MS } from '../helpers/crash.ts';
import { NEVER, untilMirrored } from '../helpers/daemon-workspace.ts';
import { ARRIVING, endEdits, keepAsking, killPushers, LEAST_MET } from '../helpers/edit-crash.ts';

const CHANGES_EVERY_MS = 60;
/** One answer to a create, and one to a delete, is lost for about so many changes. */
const LOST_ONE_IN = 4;

const NAMES = ['accounts', 'contacts', 'issues'];
const NAMED: Readonly<Record<string, string>> = { accounts: 'name', contacts: 'name', issues: 'title' };

/** Something that people inserted, or deleted, by its name. */
interface Asked {
  readonly resource: string;
  readonly name: string;
}

/** Has people insert rows, often with one that depends on it, and delete them again, until it is ended. */
function keepChanging(crash: CrashTest, dice: Dice) {
  const { pool } = crash.database;
  const [inserted, deleted]: [Asked[], Asked[]] = [[], []];
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
  const working = keepAsking(crash, CHANGES_EVERY_MS, async (n) => {
    const removable = inserted.filter((one) => one.resource === 'issues' && !deleted.includes(one));
    if (dice.chance(0.35) && removable.length > 0) await remove(dice.pick(removable));
    else await insert(n);
  });
  return { inserted, deleted, end: working.end };
}

/** Notes which objects ever bore a name. */
function newObjects() {
  const ids = new Map<string, Set<string>>();
  return {
    note(resource: string, object: Readonly<Record<string, unknown>>) {
      const column = NAMED[resource];
      if (column === undefined) return;
      const key = `${resource} ${object[column]}`;
      ids.set(key, (ids.get(key) ?? new Set()).add(String(object.id)));
    },
    idsOf: ({ resource, name }: Asked) => [...(ids.get(`${resource} ${name}`) ?? [])],
  };
}

test(
  'a daemon killed at random moments creates each row once, and deletes what was deleted',
  CRASH_TIMEOUT,
  async () => {
    const objects = newObjects();
    const crash = await openCrashTest((seed) => ({
      sandbox: { issues: 20, latencyMs: 8, seed, onStore: objects.note },
      limits: { interval_ms: 20 },
      tempo: ARRIVING,
      env: {
        PYLON_SYNC_ALLOW: 'update,create,delete',
        PYLON_SYNC_RESOURCES: NAMES.join(','),
        PYLON_SYNC_LIST_SCHEDULE: '*/10 * * * * *',
        PYLON_SYNC_RECONCILE_SCHEDULE: NEVER,
      },
    }));
    const { told, dice, sandbox } = crash;
    await crash.readOnce();
    const people = keepChanging(crash, new Dice(crash.seed + 1));
    const losing = crash.keepDoing(CHANGES_EVERY_MS * LOST_ONE_IN, () => {
      sandbox.faults.add({ endpoint: `POST /${dice.pick(NAMES)}`, kind: 'lost-answer' });
      sandbox.faults.add({ endpoint: 'DELETE /issues/{id}', kind: 'lost-answer' });
    });
    const met = await killPushers(
      crash,
      ({ state, operation }) => state === 'sending' && operation === 'create',
    );
    await people.end();
    await losing.end();
    sandbox.faults.clear();

    const { last, edits } = await endEdits(crash);
    // Nothing disappeared, and nothing failed: a row that was deleted before it was sent is discarded with its create.
    expect(edits.filter(({ operation }) => operation === 'create').length, told).toBe(people.inserted.length);
    expect(
      edits.filter(
        ({ state, error }) => state !== 'applied' && error !== 'deleted here before it was created in Pylon',
      ),
      told,
    ).toEqual([]);
    await untilMirrored(crash, { withinMs: WITHIN_MS, names: NAMES });
    await crash.end(last);

    for (const one of people.inserted) {
      const ids = objects.idsOf(one);
      const isDeleted = people.deleted.includes(one);
      expect(ids.length, `${told}: objects ever named ${one.name}`).toBeLessThanOrEqual(1);
      const now = [...sandbox.world.all(one.resource)].filter(
        ({ object }) => object[NAMED[one.resource] ?? ''] === one.name,
      );
      expect(now.length, `${told}: objects named ${one.name} now`).toBe(isDeleted ? 0 : 1);
    }
    crash.expectQuiet();
    // The kills must have met creates that were under way, and people must have deleted.
    expect(met, told).toBeGreaterThan(LEAST_MET);
    expect(people.deleted.length, told).toBeGreaterThan(0);
  },
);
