import fc from 'fast-check';
import { expect } from 'vitest';
import { writing } from '../../src/db/lease/transaction.ts';
import { markDeleted } from '../../src/db/mirror/tombstones.ts';
import type { Resource } from '../../src/resources/define.ts';
import { resourceNamed } from '../../src/resources/index.ts';
import { type Mirror, test } from '../helpers/leased-database.ts';

/** What Pylon holds: a version of the record, or nothing. No version comes back once it was changed. */
type Seen = { readonly version: number; readonly updated: number } | undefined;

/** One request for the record: a listing, which may hold it, or the request for it alone. */
interface Request {
  readonly isGet: boolean;
  readonly asked: bigint;
  seen: Seen;
  answered?: bigint;
  steps: number;
  readonly settle: () => void;
}

/** What happens next: to Pylon's record, or to a request. */
const event = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('change' as const), silent: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove or put back' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('ask' as const), isGet: fc.boolean() }) },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('go on' as const), which: fc.nat(3) }) },
);

const FIRST = Date.parse('2026-11-24T12:00:00Z');

/** One record of one resource, through Pylon's changes and requests that overlap in any way. */
function history(mirror: Mirror, resource: Resource, id: string) {
  const { lease } = mirror;
  const remote = { version: 1, updated: FIRST, exists: true };
  const open: Request[] = [];
  const stored: Request[] = [];

  const objectOf = (seen: NonNullable<Seen>) => ({
    id,
    name: `v${seen.version}`,
    title: `v${seen.version}`,
    ...('updated_at' in resource.table ? { updated_at: new Date(seen.updated).toISOString() } : {}),
  });
  const ask = (isGet: boolean) => {
    // From before the request leaves until what it says stands in the database.
    let settle = () => {};
    if (isGet)
      void mirror.doubts.during(
        resource.name,
        [id],
        () => new Promise<void>((resolve) => (settle = resolve)),
      );
    open.push({ isGet, asked: lease.nextOrder(), seen: undefined, steps: 0, settle });
  };
  /** It reaches Pylon, the answer arrives, the answer is stored. */
  const goOn = async (request: Request) => {
    request.steps += 1;
    if (request.steps === 1) request.seen = remote.exists ? { ...remote } : undefined;
    if (request.steps === 2) request.answered = lease.nextOrder();
    if (request.steps < 3) return;
    open.splice(open.indexOf(request), 1);
    const { asked, answered = 0n, seen, isGet } = request;
    const order = { asked, answered };
    if (seen !== undefined) {
      request.settle();
      const store = mirror.storer(resource);
      await store.write(store.map([objectOf(seen)], {}, order));
    } else if (isGet) {
      // What was never here cannot be marked: an answer asked for before may still bring it, until the next listing.
      if (!(await isHere())) return request.settle();
      const refuted = stored.some((other) => other.seen !== undefined && (other.answered ?? 0n) > asked);
      const before = await held();
      const proof = { ...order, scan: null, evidence: {} };
      await writing(mirror, lease, (tx) => markDeleted(tx, resource, [id], proof));
      request.settle();
      // It was answered after the proof began: perhaps it is back.
      if (refuted && (await held()) !== before) expect(await noted()).toBe(true);
    } else return;
    stored.push(request);
  };
  const held = async (): Promise<string> => {
    const column = 'name' in resource.table ? 'name' : 'title';
    const [row] = await mirror.rows<{ version: string | null }>(
      `SELECT CASE WHEN _deleted_at IS NULL THEN ${column} END AS version FROM pylon.${resource.name} WHERE id = $1`,
      [id],
    );
    return row?.version ?? 'gone';
  };
  const isHere = async () =>
    (await mirror.rows(`SELECT FROM pylon.${resource.name} WHERE id = $1`, [id])).length > 0;
  const noted = async () =>
    (await mirror.rows('SELECT FROM pylon_sync.rereads WHERE record_id = $1', [id])).length > 0;
  const said = ({ seen }: Request) => (seen === undefined ? 'gone' : `v${seen.version}`);
  return {
    remote,
    open,
    ask,
    goOn,
    held,
    /** What the row may say: whatever was stored and is not older for certain than something else that was. */
    allowed: () =>
      stored
        .filter(({ answered = 0n }) => stored.every((other) => other.asked <= answered))
        .map(said)
        .concat(stored.length === 0 ? ['gone'] : []),
  };
}

test.for(['contacts', 'issues'])(
  'however requests for %s overlap, no older state stands over a newer one, gone or there',
  { timeout: 120_000 },
  async (name, { mirror }) => {
    const resource = resourceNamed(name);
    let record = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 8, maxLength: 40 }), async (events) => {
        record += 1;
        const { remote, open, ask, goOn, held, allowed } = history(mirror, resource, `record ${record}`);
        for (const happens of events) {
          if (happens.kind === 'change') {
            remote.version += 1;
            if (!happens.silent) remote.updated += 1_000;
          } else if (happens.kind === 'remove or put back') remote.exists = !remote.exists;
          else if (happens.kind === 'ask') ask(happens.isGet);
          else {
            const request = open[happens.which % Math.max(1, open.length)];
            if (request === undefined) continue;
            await goOn(request);
            expect(allowed()).toContain(await held());
          }
        }
        while (open[0] !== undefined) await goOn(open[0]);
        // Asked for after everything else was answered, it says what is so.
        ask(true);
        while (open[0] !== undefined) await goOn(open[0]);
        expect(await held()).toBe(remote.exists ? `v${remote.version}` : 'gone');
      }),
      { numRuns: 100 },
    );
  },
);
