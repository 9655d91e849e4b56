import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { asDaemon } from '../test/helpers/as-daemon.ts';
import { besideDaemon } from './daemon-process.ts';
import type { BenchServer } from './postgres.ts';
import { startSandboxProcess } from './sandbox.ts';
import { median, part } from './share.ts';

/** What it costs to change things here, and how soon Pylon hears of it. */
export interface EditFigures {
  /** Milliseconds from the commit to the arrival of the PATCH, the comparison before it included. */
  readonly latency: { readonly edits: number; readonly median: number; readonly p99: number };
  /** Edits within a limit. */
  readonly pace: {
    readonly edits: number;
    readonly perMinute: number;
    /** From the first request to the last. */
    readonly took: number;
    /** The shortest time that the limit allows for that. */
    readonly shortest: number;
    /** What each minute takes longer than the limit allows, however long a minute is. */
    readonly lateMs: number;
  };
  /** Requests for the same owner of many accounts. */
  readonly bulk: {
    readonly accounts: number;
    readonly writes: number;
    readonly searches: number;
    readonly single: number;
  };
  /** An UPDATE of many rows with the triggers, against one without. */
  readonly triggers: { readonly rows: number; readonly seconds: number; readonly bare: number };
  /** Decisions about drafts of many rows, in seconds, and the UPDATEs that made them. */
  readonly decisions: {
    readonly rows: number;
    readonly update: number;
    readonly approve: number;
    readonly retry: number;
    readonly discard: number;
    readonly inParts: number;
  };
  /** The same UPDATE through the view and of the table, in milliseconds. */
  readonly views: { readonly rows: number; readonly view: number; readonly table: number };
}

const MINUTE_MS = 10_000;
const NEVER = '0 0 1 1 *';
const TIMED = 200;
const PACED = 300;
/** Of `PATCH /issues/{id}`, in Pylon's limits of today. */
const PER_MINUTE = 120;
const ACCOUNTS = 1_000;
const ROWS = 100_000;
const VIEWED = 1_000;

/** A way to the sandbox that knows when each request came by. */
async function openWay(target: string) {
  const seen: { readonly endpoint: string; readonly at: number }[] = [];
  const server = createServer((incoming, outgoing) => {
    seen.push({ endpoint: `${incoming.method} ${incoming.url ?? ''}`, at: performance.now() });
    const onward = send(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    /** Requests whose method and path match. */
    count: (pattern: RegExp) => seen.filter(({ endpoint }) => pattern.test(endpoint)).length,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

type Way = Awaited<ReturnType<typeof openWay>>;

/** Measures the built daemon on a workspace that it has read whole, within Pylon's limits; then the triggers alone. */
export async function measureEdits(server: BenchServer, issues: number): Promise<EditFigures> {
  const sandbox = await startSandboxProcess({ kind: 'limited', issues, minuteMs: MINUTE_MS });
  const way = await openWay(sandbox.url);
  const database = await server.createDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  const plan = { database: database.url, folder: server.folder, minuteMs: MINUTE_MS, schedule: NEVER };
  try {
    for (let n = 0; n < ACCOUNTS; n += 1) await makeAccount(sandbox.url, n);
    const figures = await besideDaemon({ ...plan, sandbox: { ...sandbox, url: way.url } }, async () => {
      const latency = await measureLatency(pool, way);
      return { latency, pace: await measurePace(pool, way), bulk: await measureBulk(pool, way) };
    });
    return {
      ...figures,
      triggers: await measureTriggers(server),
      decisions: await measureDecisions(server),
      views: await measureViews(server),
    };
  } finally {
    await pool.end();
    await database.drop();
    way.close();
    await sandbox.stop();
  }
}

async function makeAccount(url: string, n: number): Promise<void> {
  const create = {
    ...{ name: `Owned ${n}`, type: 'customer', owner: null, tags: [], domains: [], primary_domain: '' },
    ...{ custom_fields: {}, external_ids: [], channels: [] },
  };
  await fetch(new URL('/__sandbox/world/accounts', url), {
    method: 'POST',
    body: JSON.stringify({ create }),
  });
}

const settled = async (pool: pg.Pool): Promise<void> => {
  const open = "SELECT FROM pylon_sync.edits WHERE state IN ('pending', 'sending') LIMIT 1";
  while ((await pool.query(open)).rowCount !== 0) await sleep(20);
};

async function measureLatency(pool: pg.Pool, way: Way): Promise<EditFigures['latency']> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id FROM pylon.accounts WHERE name LIKE 'Owned %' ORDER BY id LIMIT ${TIMED}`,
  );
  const took: number[] = [];
  for (const { id } of rows) {
    // A pace that the limit of 300 a minute leaves room for.
    await sleep(40 + Math.random() * 40);
    await pool.query(
      'UPDATE pylon.accounts SET is_disabled = NOT coalesce(is_disabled, false) WHERE id = $1',
      [id],
    );
    const committedAt = performance.now();
    const arrival = () => way.seen.findLast(({ endpoint }) => endpoint === `PATCH /accounts/${id}`);
    while (arrival() === undefined) await sleep(1);
    took.push(Math.max(0, (arrival()?.at ?? 0) - committedAt));
  }
  await settled(pool);
  return { edits: took.length, median: median(took), p99: part(took, 0.99) };
}

async function measurePace(pool: pg.Pool, way: Way): Promise<EditFigures['pace']> {
  // What was used of the limits is forgotten.
  await sleep(1.2 * MINUTE_MS);
  await pool.query(
    `UPDATE pylon.issues SET title = 'Paced ' || number
      WHERE id IN (SELECT id FROM pylon.issues ORDER BY id LIMIT ${PACED})`,
  );
  await settled(pool);
  const times = way.seen.filter(({ endpoint }) => endpoint.startsWith('PATCH /issues/')).map(({ at }) => at);
  const took = (times.at(-1) ?? 0) - (times[0] ?? 0);
  // The first minute's are let out at once, the next when it is over.
  const minutes = Math.floor((PACED - 1) / PER_MINUTE);
  const shortest = minutes * MINUTE_MS;
  return { edits: PACED, perMinute: PER_MINUTE, took, shortest, lateMs: (took - shortest) / minutes };
}

async function measureBulk(pool: pg.Pool, way: Way): Promise<EditFigures['bulk']> {
  const patterns = [/^PATCH \/accounts$/, /^POST \/accounts\/search/, /^PATCH \/accounts\/./];
  const before = patterns.map(way.count);
  await pool.query(
    "UPDATE pylon.accounts SET owner_id = (SELECT id FROM pylon.users ORDER BY id LIMIT 1) WHERE name LIKE 'Owned %'",
  );
  await settled(pool);
  const [writes = 0, searches = 0, single = 0] = patterns.map(
    (pattern, at) => way.count(pattern) - (before[at] ?? 0),
  );
  return { accounts: ACCOUNTS, writes, searches, single };
}

async function measureViews(server: BenchServer): Promise<EditFigures['views']> {
  const database = await server.createDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  const took = async (relation: string): Promise<number> => {
    const beganAt = performance.now();
    await pool.query(`BEGIN; UPDATE ${relation} SET title = 'New ' || number; ROLLBACK`);
    return performance.now() - beganAt;
  };
  try {
    await fillIssues(pool, VIEWED);
    const [view, table]: [number[], number[]] = [[], []];
    for (let round = 0; round < 9; round += 1) {
      table.push(await took('pylon.issues'));
      view.push(await took('pylon_bi.issues'));
    }
    return { rows: VIEWED, view: median(view), table: median(table) };
  } finally {
    await pool.end();
    await database.drop();
  }
}

/** Inserts issues as the daemon does. */
async function fillIssues(pool: pg.Pool, rows: number): Promise<void> {
  await pool.query('ALTER TABLE pylon.issues DISABLE TRIGGER USER');
  await pool.query(`
    INSERT INTO pylon.issues (id, number, title, state, type, source, account_id, requester_id, tags, body_html,
                              custom_fields, created_at, updated_at)
    SELECT 'i' || n, n, 'Issue ' || n, 'new', 'conversation', 'email', 'a' || n % 900, 'c' || n % 5000, '{a,b}',
           repeat('<p>some text</p>', 60), '{"priority": "low"}', now() - n * interval '1 minute', now()
      FROM generate_series(1, ${rows}) AS n`);
  await pool.query('ALTER TABLE pylon.issues ENABLE TRIGGER USER');
  await pool.query('VACUUM ANALYZE pylon.issues');
}

async function measureDecisions(server: BenchServer): Promise<EditFigures['decisions']> {
  const database = await server.createDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  const took = async (statement: string): Promise<number> => {
    const beganAt = performance.now();
    await pool.query(statement);
    return (performance.now() - beganAt) / 1_000;
  };
  const latest = async () => {
    const { rows } = await pool.query<{ txid: string }>(
      'SELECT max(txid)::text AS txid FROM pylon_sync.edits',
    );
    return rows[0]?.txid;
  };
  const decided = async (verb: string) => took(`SELECT pylon_sync.${verb}_edits(txid => ${await latest()})`);
  try {
    await fillIssues(pool, ROWS);
    const update = await took("UPDATE pylon.issues SET state = 'closed'");
    const approve = await decided('approve');
    // What Pylon refuses is undone in the row.
    await asDaemon(
      pool,
      "UPDATE pylon_sync.edits SET state = 'failed'; UPDATE pylon.issues SET state = 'new'",
    );
    await pool.query('VACUUM ANALYZE pylon.issues');
    const retry = await decided('retry');
    await pool.query('VACUUM ANALYZE pylon.issues');
    const discard = await decided('discard');
    await pool.query('VACUUM ANALYZE pylon.issues');
    const again = await took("UPDATE pylon.issues SET state = 'closed'");
    const inParts = await took(`CALL pylon_sync.decide_in_parts('discard', txid => ${await latest()})`);
    const { rows: left } = await pool.query<{ count: number }>(
      "SELECT count(*)::integer AS count FROM pylon_sync.edits WHERE state = 'discarded'",
    );
    if (left[0]?.count !== 2 * ROWS) throw new Error(`${left[0]?.count} edits were discarded`);
    return { rows: ROWS, update: median([update, again]), approve, retry, discard, inParts };
  } finally {
    await pool.end();
    await database.drop();
  }
}

async function measureTriggers(server: BenchServer): Promise<EditFigures['triggers']> {
  const took = async (isBare: boolean): Promise<number> => {
    const database = await server.createDatabase();
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    try {
      await fillIssues(pool, ROWS);
      if (isBare) await pool.query('ALTER TABLE pylon.issues DISABLE TRIGGER USER');
      const beganAt = performance.now();
      await pool.query("UPDATE pylon.issues SET state = 'closed'");
      return (performance.now() - beganAt) / 1_000;
    } finally {
      await pool.end();
      await database.drop();
    }
  };
  const [bare, seconds]: [number[], number[]] = [[], []];
  for (let round = 0; round < 3; round += 1) {
    bare.push(await took(true));
    seconds.push(await took(false));
  }
  return { rows: ROWS, seconds: median(seconds), bare: median(bare) };
}
