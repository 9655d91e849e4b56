import type pg from 'pg';
import { connect } from '../src/db/connection/connect.ts';
import { acquireLease } from '../src/db/lease/lease.ts';
import { newPendingDeletions } from '../src/db/mirror/pending-deletions.ts';
import { storer } from '../src/db/mirror/store.ts';
import type { Resource } from '../src/resources/define.ts';
import { issues } from '../src/resources/issues.ts';
import type { BenchServer } from './postgres.ts';
import { median } from './share.ts';

/** What storing a workspace's issues takes with their history kept, against without. */
export interface HistoryFigure {
  readonly what: string;
  readonly seconds: number;
  readonly bare: number;
  /** Changes that were kept. */
  readonly changes: number;
}

export interface HistoryFigures {
  readonly issues: number;
  readonly figures: readonly HistoryFigure[];
}

const ISSUES = 20_000;
const PAGE = 900;
const ROUNDS = 9;

/** An issue as Pylon sends it; `version` of what moves at each change, `state` of what is kept. */
const issue = (n: number, version: number, state: string) => ({
  ...{
    id: `i${n}`,
    number: n,
    title: `Issue ${n}, ${version}`,
    state,
    type: 'conversation',
    source: 'email',
  },
  body_html: '<p>some text</p>'.repeat(60),
  ...{ account: { id: `a${n % 900}` }, requester: { id: `c${n % 5000}`, email: `c${n % 5000}@example.com` } },
  ...{ assignee: { id: `u${n % 40}` }, team: { id: `t${n % 12}` }, tags: ['how-to', 'billing'] },
  custom_fields: {
    priority: { slug: 'priority', value: 'low' },
    tier: { slug: 'tier', value: 'gold' },
    areas: { slug: 'areas', values: ['a', 'b'] },
  },
  created_at: new Date(1_750_000_000_000 + n * 60_000).toISOString(),
  updated_at: new Date(1_790_000_000_000 + version * 3_600_000).toISOString(),
  ...{ latest_message_time: null, customer_portal_visible: true, number_of_touches: version },
});

const LOADS: readonly (readonly [what: string, stateOf: (n: number) => string])[] = [
  ['into an empty table', () => 'new'],
  ['each changed, none in a field whose history is kept', () => 'new'],
  ['each changed, one in ten in its state', (n) => (n % 10 === 0 ? 'closed' : 'new')],
  ['each changed in its state', (n) => (n % 10 === 0 ? 'new' : 'closed')],
];

/** Seconds that each load takes, from parsed objects to the last commit, in a database of its own. */
async function run(server: BenchServer, resource: Resource) {
  const database = await server.createDatabase();
  const db = await connect(database.url);
  const bare = db.pool as pg.Pool;
  const lease = await acquireLease(db, { command: 'bench' });
  try {
    const store = storer(db, lease, resource, newPendingDeletions());
    const took: { readonly seconds: number; readonly changes: number }[] = [];
    for (const [version, [, stateOf]] of LOADS.entries()) {
      await bare.query('VACUUM ANALYZE pylon.issues');
      await bare.query('CHECKPOINT');
      const all = Array.from({ length: ISSUES }, (_, n) => issue(n, version, stateOf(n)));
      const beganAt = performance.now();
      for (let from = 0; from < ISSUES; from += PAGE) {
        const order = { asked: lease.nextOrder(), answered: lease.nextOrder() };
        await store.write(store.map(all.slice(from, from + PAGE), {}, order));
      }
      const seconds = (performance.now() - beganAt) / 1_000;
      const { rows } = await bare.query('SELECT count(*)::integer AS count FROM pylon_sync.changes');
      took.push({ seconds, changes: rows[0].count });
    }
    return took;
  } finally {
    await lease.release();
    await db.close();
    await database.drop();
  }
}

/** Measures both ways in turn, so that they share what the machine does meanwhile. */
export async function measureHistory(server: BenchServer): Promise<HistoryFigures> {
  const { history: _, ...without } = issues;
  // What both share has been compiled by then.
  await run(server, issues);
  const [kept, bare]: [Awaited<ReturnType<typeof run>>[], Awaited<ReturnType<typeof run>>[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    // Neither is always the one that comes after the other.
    if (round % 2 === 0) bare.push(await run(server, without));
    kept.push(await run(server, issues));
    if (round % 2 === 1) bare.push(await run(server, without));
  }
  return {
    issues: ISSUES,
    figures: LOADS.map(([what], at) => ({
      what,
      seconds: median(kept.map((one) => one[at]?.seconds ?? 0)),
      bare: median(bare.map((one) => one[at]?.seconds ?? 0)),
      changes: (kept[0]?.[at]?.changes ?? 0) - (kept[0]?.[at - 1]?.changes ?? 0),
    })),
  };
}
