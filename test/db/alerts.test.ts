import { describe, expect } from 'vitest';
import { newAlerts } from '../../src/cli/runtime/outgoing/alerts.ts';
import { newCourier } from '../../src/cli/runtime/outgoing/courier.ts';
import { newSend } from '../../src/cli/runtime/outgoing/receiver.ts';
import type { Setup } from '../../src/cli/runtime/setup.ts';
import { readConfig } from '../../src/config.ts';
import { readUnsettled, readUntold } from '../../src/db/alerts/alerts.ts';
import { connect } from '../../src/db/connection/connect.ts';
import { quarantineEdits } from '../../src/db/edits/identity.ts';
import { acquireLease } from '../../src/db/lease/lease.ts';
import { watchLease } from '../../src/db/lease/lease-watch.ts';
import { writing } from '../../src/db/lease/transaction.ts';
import { attentionOf } from '../../src/db/status/attention.ts';
import { readStatus } from '../../src/db/status/status.ts';
import { noteTokenRefusal } from '../../src/db/workspace/token.ts';
import { createLog } from '../../src/log.ts';
import { issues } from '../../src/resources/issues.ts';
import { type Courier, newAlerter } from '../../src/sync/alerts/alerter.ts';
import type { Message } from '../../src/sync/alerts/message.ts';
import { newWatch } from '../../src/sync/daemon/watch.ts';
import { type Mirror, test } from '../helpers/leased-database.ts';
import { type AlertReceiver, openReceiver } from '../helpers/receiver.ts';

const PRIVATE = 'ana@customer.example';

const failEdits = (mirror: Mirror, number: number) =>
  mirror.pool.query(
    `INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, error, actor)
     SELECT 'issues', 'iss_' || n, 'update', '{}', '{}', 'failed', $2, 'ana' FROM generate_series(1, $1) AS n`,
    [number, `Pylon says: ${PRIVATE} is not an agent`],
  );
const settleEdits = (mirror: Mirror) =>
  mirror.pool.query("UPDATE pylon_sync.edits SET state = 'discarded', settled_at = now()");

/** A courier that keeps what it is to carry, and takes what the test says. */
function bag() {
  const carried: Message[] = [];
  const taken = new Set<string>();
  const courier: Courier = { taken, carry: (message) => void carried.push(message) };
  return { carried, taken, courier, take: () => taken.add(carried.at(-1)?.id ?? '') };
}

const linesOf = (message: Message | undefined) => message?.lines.map(({ text }) => text);

describe('what needs a person', () => {
  test('is told once when it begins, however many edits it is, and once when it is over', async ({
    mirror,
  }) => {
    const { carried, courier, take } = bag();
    const alerter = newAlerter([issues], courier);
    const look = () => alerter.look(mirror, (work) => work(mirror.lease));
    await look();
    expect(carried).toEqual([]);
    await failEdits(mirror, 40);
    await look();
    expect(carried).toEqual([
      {
        ...{ id: expect.stringMatching(/^msg_\w{32}$/), title: 'pylon-sync' },
        lines: [
          {
            text: '40 edits are refused by Pylon, which says why',
            command: 'pylon-sync edits list --state failed',
          },
        ],
      },
    ]);
    take();
    await failEdits(mirror, 1);
    await look();
    await look();
    expect(carried).toHaveLength(1);
    expect(await readUnsettled(mirror.orm)).toMatchObject([
      { key: 'edits failed', began_told_at: expect.any(String), over_at: null },
    ]);
    await settleEdits(mirror);
    await look();
    expect(carried).toHaveLength(2);
    expect(linesOf(carried[1])).toEqual([
      expect.stringMatching(/^Over after \d+s: 40 edits are refused by Pylon, which says why$/),
    ]);
    expect(carried[1]?.id).not.toBe(carried[0]?.id);
    take();
    await look();
    expect(await readUnsettled(mirror.orm)).toEqual([]);
    expect(carried).toHaveLength(2);
  });

  test('is written only when it has changed, and no value of a customer is', async ({ mirror }) => {
    const { carried, courier, take } = bag();
    const alerter = newAlerter([issues], courier);
    const look = () => alerter.look(mirror, (work) => work(mirror.lease));
    await mirror.pool.query(
      `INSERT INTO pylon_sync.runs (resource, kind, outcome, error, token, finished_at)
       VALUES ('issues', 'changes', 'failed', $1, 1, now())`,
      [`a value of ${PRIVATE} is too long`],
    );
    await failEdits(mirror, 1);
    await mirror.pool.query(
      `INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, error, actor, waiting_since)
       VALUES ('issues', 'iss_99', 'update', '{}', '{}', 'pending', $1, 'ana', now() - interval '2 hours'),
              ('issues', 'iss_98', 'update', '{}', '{}', 'conflict', $1, 'ana', now())`,
      [PRIVATE],
    );
    await look();
    take();
    await look();
    const matters = attentionOf(await readStatus(mirror, [issues]));
    expect(matters.filter(({ what }) => what.includes(PRIVATE)).map(({ kind }) => kind)).toEqual([
      ...['failing', 'edits'],
    ]);
    // Also of what is told later, once it has lasted.
    expect(JSON.stringify(matters.map(({ troubles }) => troubles))).not.toMatch(/customer|iss_9/);
    const { rows } = await mirror.pool.query('SELECT * FROM pylon_sync.alerts');
    expect(rows).toHaveLength(2);
    expect(JSON.stringify([carried, rows])).not.toMatch(/customer|iss_9/);
    const written = async () =>
      (await mirror.pool.query('SELECT xmin::text, * FROM pylon_sync.alerts ORDER BY id')).rows;
    const before = await written();
    const refuse = () => expect.unreachable('nothing has changed');
    for (let n = 0; n < 3; n += 1) await alerter.look(mirror, refuse);
    expect(await written()).toEqual(before);
  });

  test('is not told again by a process that starts anew, but for a message that may not have arrived', async ({
    mirror,
  }) => {
    const first = bag();
    const look = (courier: Courier) =>
      newAlerter([issues], courier).look(mirror, (work) => work(mirror.lease));
    await failEdits(mirror, 2);
    await look(first.courier);
    // Killed between the answer of the receiver and the note of it: the same id, the same words.
    const second = bag();
    await look(second.courier);
    expect(second.carried).toEqual(first.carried);
    second.take();
    const third = bag();
    await look({ ...third.courier, taken: second.taken });
    const fourth = bag();
    await look(fourth.courier);
    expect([third.carried, fourth.carried]).toEqual([[], []]);
  });

  test('that comes while the receiver is down is one further message', async ({ mirror }) => {
    const { carried, courier, take } = bag();
    const alerter = newAlerter([issues], courier);
    const look = () => alerter.look(mirror, (work) => work(mirror.lease));
    const stop = (id: number) =>
      mirror.pool.query(
        `INSERT INTO pylon_sync.scans (resource, kind, state, first_order, live, candidates)
         SELECT 'accounts', 'listing', 'stopped', 1, 4000, 1200 FROM generate_series(1, $1)`,
        [id],
      );
    await failEdits(mirror, 1);
    await look();
    await stop(1);
    await look();
    await settleEdits(mirror);
    await stop(1);
    await look();
    // Each look offers the message that has not arrived, which stays as it is.
    expect(new Set(carried.map((message) => JSON.stringify(message))).size).toBe(1);
    take();
    await look();
    await look();
    expect(linesOf(carried.at(-1))).toEqual([
      expect.stringMatching(/^Over after \d+s: 1 edit is refused/),
      expect.stringContaining('accounts: a scan missed 1,200 of 4,000 rows'),
      expect.stringContaining('accounts: a scan missed 1,200 of 4,000 rows'),
    ]);
    expect(carried.at(-1)?.lines[1]?.command).toMatch(/^pylon-sync reconcile --approve \d+$/);
  });

  test('cannot be told by a process that has lost the lease', async ({ mirror }) => {
    const { carried, courier } = bag();
    await failEdits(mirror, 1);
    await mirror.pool.query(
      `UPDATE pylon_sync.lease SET token = token + 1, expires_at = now() + interval '1 minute',
              holder = holder || '{"command": "another", "pid": 1}'`,
    );
    await expect(newAlerter([issues], courier).look(mirror, (work) => work(mirror.lease))).rejects.toThrow(
      /lease|another/,
    );
    expect(carried).toEqual([]);
    expect(await readUnsettled(mirror.orm)).toEqual([]);
  });

  test('is told by the process that waits without the lease, and by none beside one that has it', async ({
    mirror,
    database,
  }) => {
    const { url, texts } = await openReceiver();
    const setup = setupFor(url);
    await writing(mirror, mirror.lease, (tx) => noteTokenRefusal(tx, `GET /me: 401 ${PRIVATE}`));
    const db = await connect(database.url);
    const alerts = newAlerts(setup, { command: 'waiting', watch: watchLease() });
    await alerts?.lookBetween(db);
    expect(await readUnsettled(mirror.orm)).toEqual([]);
    await mirror.lease.release();
    await alerts?.lastWord(db);
    expect(texts()).toEqual([
      expect.stringMatching(
        /^pylon-sync: Pylon refuses the token since \S+, so nothing is read\n`pylon-sync check`$/,
      ),
    ]);
    expect(await readUnsettled(mirror.orm)).toMatchObject([
      { key: 'token', began_told_at: expect.any(String) },
    ]);
    // It has given the lease back.
    await (await acquireLease(db, { command: 'next' })).release();
    await db.close();
  });

  test('that no receiver takes is shown where people look, and forgotten where alerts are turned off', async ({
    mirror,
  }) => {
    const { courier } = bag();
    await failEdits(mirror, 1);
    await newAlerter([issues], courier).look(mirror, (work) => work(mirror.lease));
    const untold = async () =>
      attentionOf(await readStatus(mirror, [issues])).filter(({ kind }) => kind === 'untold');
    expect(await untold()).toEqual([]);
    await mirror.pool.query("UPDATE pylon_sync.alerts SET began_at = now() - interval '11 minutes'");
    expect(await untold()).toMatchObject([
      {
        what: expect.stringMatching(/takes no alerts: one has waited for 11m/),
        command: 'pylon-sync alert --test',
      },
    ]);
    const watch = newWatch(
      { db: mirror, lease: mirror.lease, log: setupFor(undefined).log } as never,
      [issues],
      undefined,
    );
    await watch();
    await watch();
    expect([await readUntold(mirror.orm), await readUnsettled(mirror.orm)]).toEqual([null, []]);
  });

  test('of a database that was copied is the original’s to tell', async ({ mirror }) => {
    const { courier } = bag();
    await quarantineEdits(mirror, mirror.lease);
    await failEdits(mirror, 1);
    await newAlerter([issues], courier).look(mirror, (work) => work(mirror.lease));
    await mirror.pool.query(
      "UPDATE pylon_sync.settings SET value = to_jsonb('another'::text) WHERE key = 'identity'",
    );
    await quarantineEdits(mirror, mirror.lease);
    expect(await readUnsettled(mirror.orm)).toEqual([]);
  });

  test('goes by a real receiver that is down at first', async ({ mirror }) => {
    const receiver: AlertReceiver = await openReceiver((response, n) =>
      response.writeHead(n < 3 ? 503 : 200).end(),
    );
    const setup = setupFor(receiver.url);
    const courier = newCourier({
      ...{ setup, send: newSend(setup, setup.config.alerts as never) },
      wait: async () => {},
    });
    const alerter = newAlerter([issues], courier);
    await failEdits(mirror, 3);
    for (let n = 0; n < 2; n += 1) {
      await alerter.look(mirror, (work) => work(mirror.lease));
      await courier.idle();
    }
    expect(receiver.texts()).toEqual(
      Array(3).fill(
        'pylon-sync: 3 edits are refused by Pylon, which says why\n`pylon-sync edits list --state failed`',
      ),
    );
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });
});

/** What of a process alerts need. */
function setupFor(url: string | undefined): Setup {
  const config = readConfig(url === undefined ? {} : { PYLON_SYNC_ALERT_URL: url }, { token: false });
  const log = createLog({
    ...{ level: 'silent', format: 'json', colour: false, conceal: (text) => text, write: () => {} },
  });
  return {
    ...{ config, log, fetch, env: {}, version: '1.2.3', conceal: (text: string) => text },
    ...{ signal: new AbortController().signal, tempo: { heartbeatMs: 3_000, expiryMs: 10_000 } },
  } as unknown as Setup;
}
