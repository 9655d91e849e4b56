import { describe, expect } from 'vitest';
import type { Resource } from '../../src/resources/define.ts';
import { childrenOf, resourceNamed, resources } from '../../src/resources/index.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { servedIn } from '../helpers/compare-mirror.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { type Session, test } from '../helpers/session.ts';
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

/** Each resource whose records can be found to be gone, the passes that find it, and what proves it. */
const FOUND: Readonly<Record<string, { readonly by: readonly Way[]; readonly proof: Proof }>> = {
  users: { by: ['lists', 'reconcile'], proof: 'request' },
  user_roles: { by: ['lists', 'reconcile'], proof: 'second listing' },
  teams: { by: ['lists', 'reconcile'], proof: 'request' },
  tags: { by: ['lists', 'reconcile'], proof: 'request' },
  custom_fields: { by: ['lists', 'reconcile'], proof: 'request' },
  issue_statuses: { by: ['lists', 'reconcile'], proof: 'second listing' },
  ticket_forms: { by: ['lists', 'reconcile'], proof: 'request' },
  accounts: { by: ['lists', 'reconcile'], proof: 'request' },
  contacts: { by: ['lists', 'reconcile'], proof: 'request' },
  issues: { by: ['reconcile'], proof: 'request' },
  issue_messages: { by: ['resweep'], proof: 'second listing' },
  issue_followers: { by: ['resweep'], proof: 'second listing' },
  issue_threads: { by: ['resweep'], proof: 'second listing' },
  tasks: { by: ['reconcile'], proof: 'request' },
  task_comments: { by: ['resweep'], proof: 'second listing' },
  projects: { by: ['reconcile'], proof: 'request' },
  milestones: { by: ['reconcile'], proof: 'request alone' },
  knowledge_bases: { by: ['lists', 'reconcile'], proof: 'request' },
  collections: { by: ['lists', 'reconcile'], proof: 'both' },
  articles: { by: ['lists', 'reconcile'], proof: 'both' },
  article_translations: { by: ['lists', 'reconcile'], proof: 'second listing' },
  macros: { by: ['lists', 'reconcile'], proof: 'request' },
  macro_groups: { by: ['lists', 'reconcile'], proof: 'second listing' },
  surveys: { by: ['lists', 'reconcile'], proof: 'request' },
  survey_responses: { by: ['lists', 'reconcile'], proof: 'second listing' },
  audit_logs: { by: ['reconcile'], proof: 'second listing' },
};

/** Where no record is ever judged, and why. */
const NOT_JUDGED: Readonly<Record<string, string>> = {
  organizations: 'the one object is the answer itself: there is no listing that it could be missing from',
};

test('every resource is judged, or has a reason why not', () => {
  expect([...Object.keys(FOUND), ...Object.keys(NOT_JUDGED)].toSorted()).toEqual(
    resources.map(({ name }) => name).toSorted(),
  );
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
  ['list', 'search', 'window'].includes(resourceNamed(resource).pull.by);

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

const run = (session: Session, way: Way) =>
  way === 'resweep' ? session.resweep() : way === 'lists' ? session.lists() : session.reconcile();

/** A resource, what its listing starts from, and what hangs on it. */
function familyOf(resource: Resource): readonly Resource[] {
  const { pull } = resource;
  const above = pull.by === 'parent' ? pull.parent : pull.by === 'reference' ? pull.from.resource : undefined;
  return [...(above === undefined ? [] : [resourceNamed(above)]), resource, ...childrenOf(resource)];
}

const small = { issues: 12 };
const prepare = (sandbox: Sandbox) => shrinkWorkspace(sandbox);

const cases = Object.entries(FOUND).flatMap(([resource, { by, proof }]) =>
  by.map((way) => ({ resource, way, proof })),
);

describe('a record that is gone is marked, with its proof, and comes back', () => {
  test.for(cases)('$resource, by $way', async ({ resource, way, proof }, { mirror, database }) => {
    const { sandbox, session } = await mirror(small, {
      prepare,
      resources: familyOf(resourceNamed(resource)),
    });
    await session.pull();
    const id = await chosen(database, resource);
    const served = servedIn(sandbox, resource).get(id);
    if (served === undefined) throw new Error(`Pylon has no ${resource} ${id}`);
    const hanging = await hangingOn(database, resource, id);

    sandbox.world.remove(resource, id);
    await run(session, way);
    expect(await markedRows(database.pool)).toEqual([`${resource} ${id}`, ...hanging].toSorted());
    const tombstones = await tombstonesOf(database.pool);
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
    await run(session, way);
    expect((await tombstonesOf(database.pool)).length).toBe(tombstones.length);

    sandbox.world.put(resource, served.object, served.path);
    await run(session, way);
    // What hangs on it is read when it is due, which its coming back makes it.
    await session.reconcile();
    expect(await markedRows(database.pool)).toEqual([]);
    const restored = await tombstonesOf(database.pool);
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
