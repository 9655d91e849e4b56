import { expect, vi } from 'vitest';
import type { Resource } from '../../src/resources/define.ts';
import { resources } from '../../src/resources/index.ts';
import { factsIn } from '../../src/route.ts';
import type { TestDatabase } from './database.ts';
import { push, statesIn } from './edits.ts';
import type { Mirrored } from './session.ts';

/** All that can be done to objects. */
export const ALL = { allow: ['update', 'create', 'delete'] };

/** Lets the triggers know what is allowed. */
export const allowAll = (mirrored: Mirrored) => push(mirrored, ALL);

export const anyId = (table: string, where = 'true') =>
  `(SELECT id FROM pylon.${table} WHERE _deleted_at IS NULL AND ${where} ORDER BY id LIMIT 1)`;

type Row = Readonly<Record<string, string>>;

/** What is inserted beside what Pylon requires, column → SQL. */
const MORE: Readonly<Record<string, Row>> = {
  accounts: {
    type: "'internal'",
    owner_id: anyId('users'),
    tags: "'{a,b}'",
    domains: "'{made.example}'",
    primary_domain: "'made.example'",
    is_disabled: 'true',
  },
  contacts: {
    email: "'made@new.example'",
    emails: "'{made@new.example,second@new.example}'",
    account_id: anyId('accounts'),
    phone_numbers: "'{4912345}'",
  },
  issues: {
    body_html: "'<p>Hello<script>x</script></p>'",
    account_id: anyId('accounts'),
    state: "'closed'",
    type: "'ticket'",
    tags: "'{a}'",
    custom_fields: `'{"priority": "high"}'`,
  },
  teams: { user_ids: `ARRAY[${anyId('users')}]` },
  tags: { object_type: "'issue'", hex_color: "'#123456'" },
  custom_fields: { object_type: "'account'", type: "'text'", slug: "'made_here'" },
  collections: {
    visibility_config: `'{"visibility": "internal_only"}'`,
  },
  articles: {
    is_published: 'true',
    tag_ids: `ARRAY[${anyId('tags', "object_type = 'article'")}]`,
  },
  tasks: {
    due_date: "'2027-03-04T05:06:07+02'",
    account_id: anyId('accounts'),
    assignee_user_id: anyId('users'),
  },
  // Not with itself.
  account_relationships: {
    related_object_id: `(SELECT max(id) FROM pylon.accounts WHERE _deleted_at IS NULL)`,
    relationship_type: "'partner_account'",
  },
  projects: { is_archived: 'true' },
  custom_objects: { type: "'license'", custom_fields: `'{"seats": "5", "modules": ["api"]}'` },
};

/** What Pylon requires of a new object: the one column that is neither a reference nor HTML bears the name `Made here`. */
function requiredOf({ refers = {}, writes }: Resource): Row {
  const { path = '', required = [] } = writes?.create ?? {};
  const columns = [...required.filter((one) => typeof one === 'string'), ...factsIn(path)];
  return Object.fromEntries(
    columns.map((column) => {
      const target = refers[column];
      if (target !== undefined) return [column, anyId(target)];
      return [column, /html$/.test(column) ? "'<p>Text</p>'" : "'Made here'"];
    }),
  );
}

/** What is inserted of each resource that can be, column → SQL. */
export const INSERTS: Readonly<Record<string, Row>> = Object.fromEntries(
  resources
    .filter(({ writes }) => writes?.create !== undefined)
    .map((resource) => [resource.name, { ...requiredOf(resource), ...MORE[resource.name] }]),
);

export async function insert({ pool }: TestDatabase, name: string, more = {}): Promise<string> {
  const columns = { ...INSERTS[name], ...more };
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO pylon.${name} (${Object.keys(columns).join(', ')})
     VALUES (${Object.values(columns).join(', ')}) RETURNING id`,
  );
  return rows[0]?.id ?? '';
}

const nameOf = (name: string) =>
  Object.entries(INSERTS[name] ?? {}).find(([, value]) => value === "'Made here'")?.[0] ?? '';

/** Objects in Pylon that bear the name. */
export const createdObjects = ({ sandbox }: Mirrored, name: string) =>
  [...sandbox.world.all(name)]
    .map(({ object }) => object)
    .filter((object) => object[nameOf(name)] === 'Made here');

export const createRequests = ({ sandbox }: Mirrored, name: string) =>
  sandbox.requests.filter(
    ({ method, path }) =>
      method === 'POST' &&
      !path.endsWith('/search') &&
      // The path of a custom object ends with its type.
      path.replace(/^(\/custom-objects)\/\w+$/, '$1').endsWith(`/${name.replaceAll('_', '-')}`),
  );

export const rowsOf = async ({ pool }: TestDatabase, name: string) =>
  (await pool.query(`SELECT * FROM pylon.${name} WHERE ${nameOf(name)} = 'Made here'`)).rows;

/** Sends what is due until all edits stand where they are to. */
export const pushUntil = (mirrored: Mirrored, database: TestDatabase, state: string) =>
  vi.waitFor(
    async () => {
      await push(mirrored, ALL);
      expect([...new Set(await statesIn(database))]).toEqual([state]);
    },
    { timeout: 60_000 },
  );

/** What can be told by its name. */
export const creatable = Object.keys(INSERTS).filter((name) => nameOf(name) !== '');
