import { describe, expect } from 'vitest';
import type { Resource } from '../../src/resources/define.ts';
import { childrenOf, resourceNamed, resources } from '../../src/resources/index.ts';
import { listed } from '../../src/resources/listed.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { servedIn } from '../helpers/compare-mirror.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { type Session, shareMirror, test } from '../helpers/session.ts';
import { shrinkWorkspace } from '../helpers/shrink-workspace.ts';
import { markedRows, tombstonesOf } from '../helpers/tombstones.ts';

type Way = 'lists' | 'reconcile' | 'resweep';
type Proof =
  /** Missing from a listing, and the request for it says 404. */
  | 'request'
  /** Missing from two listings: there is no request for one. */
  | 'second listing'
  /** Missing from two listings of its parent, and the request for it says 404. */
  | 'both'
  /** In no listing at all: the request for it says 404. */
  | 'request alone';

/** The passes that find a record of a resource gone; none where there is no listing that it could be missing from. */
function waysOf(resource: Resource): readonly Way[] {
  const { pull } = resource;
  switch (pull.by) {
    case 'object':
      return [];
    case 'reference':
      return ['reconcile'];
    case 'parent':
      return pull.mark === undefined ? ['lists', 'reconcile'] : ['resweep'];
    case 'list':
    case 'types':
    case 'search':
    case 'slices':
      return resource.changes === undefined ? ['lists', 'reconcile'] : ['reconcile'];
    case 'window':
      return ['reconcile'];
  }
}

/** What proves it. */
function proofOf({ get, pull }: Resource): Proof {
  if (pull.by === 'reference') return 'request alone';
  if (get === undefined) return 'second listing';
  return pull.by === 'parent' ? 'both' : 'request';
}

test('every way and every proof is one that some resource has', () => {
  expect(new Set(resources.flatMap(waysOf))).toEqual(new Set(['lists', 'reconcile', 'resweep']));
  expect(new Set(resources.map(proofOf)).size).toBe(4);
  expect(resources.filter((one) => waysOf(one).length === 0).map(({ name }) => name)).toEqual([
    'organizations',
  ]);
});

/** What proves that a record is gone, as its tombstone has it. */
function evidenceOf(resource: string, proof: Proof): Readonly<Record<string, unknown>> {
  const { get, pull } = resourceNamed(resource);
  const absent = pull.by === 'parent' ? `GET ${pull.path}` : expect.stringMatching(/^scan \d+$/);
  const refused = {
    confirmed_by: `GET ${get}`,
    status: 404,
    code: 'not_found',
    request_id: expect.any(String),
  };
  if (proof === 'request alone') return refused;
  if (proof === 'second listing')
    return { absent_from: absent, confirmed_by: `a second listing of ${pull.path}` };
  return { absent_from: absent, ...refused };
}

const isListedWhole = (resource: string) =>
  ['list', 'types', 'search', 'slices', 'window'].includes(resourceNamed(resource).pull.by);

/** The live record of a resource with the most to hang on it. */
async function chosen({ pool }: TestDatabase, resource: string): Promise<string> {
  const children = childrenOf(resourceNamed(resource)).map(
    ({ name, pull }) => `(SELECT count(*) FROM pylon.${name} WHERE ${pull.foreignKey} = row.id)`,
  );
  const { rows } = await pool.query(
    `SELECT id FROM pylon.${resource} AS row WHERE _deleted_at IS NULL
      ORDER BY ${['0::int', ...children].join(' + ')} DESC, id LIMIT 1`,
  );
  return rows[0].id;
}

/** Rows that go with a record. */
async function hangingOn({ pool }: TestDatabase, resource: string, id: string): Promise<readonly string[]> {
  const children = childrenOf(resourceNamed(resource));
  const found = await Promise.all(
    children.map(async ({ name, pull }) => {
      const query = `SELECT id FROM pylon.${name} WHERE ${pull.foreignKey} = $1`;
      const { rows } = await pool.query<{ id: string }>(query, [id]);
      const further = await Promise.all(rows.map((row) => hangingOn({ pool, url: '' }, name, row.id)));
      return [...rows.map((row) => `${name} ${row.id}`), ...further.flat()];
    }),
  );
  return found.flat();
}

/** A resource, what its listing starts from, and what hangs on it. */
function familyOf(resource: Resource): readonly Resource[] {
  const { pull } = resource;
  const above = pull.by === 'parent' ? pull.parent : pull.by === 'reference' ? pull.from.resource : undefined;
  return [...(above === undefined ? [] : [resourceNamed(above)]), resource, ...childrenOf(resource)];
}

const namesOf = (all: readonly Resource[]) => all.map(({ name }) => name);

/** A pass over a resource and its family. */
function run(session: Session, way: Way, resource: string) {
  const family = familyOf(resourceNamed(resource));
  if (way === 'resweep') return session.resweep(namesOf(family));
  return way === 'lists' ? session.lists(namesOf(listed(family))) : session.reconcile(namesOf(family));
}

const small = { issues: 12 };
const prepare = (sandbox: Sandbox) => shrinkWorkspace(sandbox);

const cases = resources.flatMap((resource) =>
  waysOf(resource).map((way) => ({ resource: resource.name, way, proof: proofOf(resource) })),
);

describe('a record that is gone is marked, with its proof, and comes back', () => {
  const shared = shareMirror(small, { prepare });

  test.for(cases)('$resource, by $way', async ({ resource, way, proof }) => {
    const { mirrored, database } = shared();
    const { sandbox, session } = mirrored;
    const known = (await tombstonesOf(database.pool)).length;
    const news = async () => (await tombstonesOf(database.pool)).slice(known);
    const id = await chosen(database, resource);
    const served = servedIn(sandbox, resource).get(id);
    if (served === undefined) throw new Error(`Pylon has no ${resource} ${id}`);
    const hanging = await hangingOn(database, resource, id);

    sandbox.world.remove(resource, id);
    await run(session, way, resource);
    expect(await markedRows(database.pool)).toEqual([`${resource} ${id}`, ...hanging].toSorted());
    const tombstones = await news();
    expect(tombstones.find((one) => one.resource === resource && one.record_id === id)).toEqual({
      resource,
      record_id: id,
      scan_id: isListedWhole(resource) ? expect.any(String) : null,
      evidence: evidenceOf(resource, proof),
      restored_at: null,
    });
    const lost = tombstones.filter((one) => `${one.resource} ${one.record_id}` !== `${resource} ${id}`);
    expect(lost.map((one) => `${one.resource} ${one.record_id}`).toSorted()).toEqual(hanging.toSorted());
    for (const { evidence } of lost) expect(evidence).toEqual({ parent: expect.any(String) });

    // A second look finds nothing more, and marks nothing again.
    await run(session, way, resource);
    expect((await news()).length).toBe(tombstones.length);

    sandbox.world.put(resource, served.object, served.path);
    await run(session, way, resource);
    // What hangs on it is read when it is due, which its coming back makes it.
    await session.reconcile(namesOf(familyOf(resourceNamed(resource))));
    expect(await markedRows(database.pool)).toEqual([]);
    const restored = await news();
    expect(restored.length).toBe(tombstones.length);
    expect(restored.map(({ restored_at }) => restored_at)).not.toContain(null);
  });
});

test('an organization is not judged', async ({ mirror, database }) => {
  const { sandbox, session } = await mirror(small, { prepare });
  sandbox.world.remove('organizations', await chosen(database, 'organizations'));
  const results = await session.reconcile(['organizations']);
  expect(results.get('organizations')?.state).not.toBe('done');
  expect(await markedRows(database.pool)).toEqual([]);
});
