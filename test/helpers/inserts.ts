import { expect } from 'vitest';
import { resources } from '../../src/resources/index.ts';
import type { TestDatabase } from './database.ts';
import { push, statesIn } from './edits.ts';
import type { Mirrored } from './session.ts';

/** All that can be done to objects. */
export const ALL = { allow: ['update', 'create', 'delete'] };

/** Lets the triggers know what is allowed. */
export const allowAll = (mirrored: Mirrored) => push(mirrored, ALL);

export const anyId = (table: string, where = 'true') =>
  `(SELECT id FROM pylon.${table} WHERE _deleted_at IS NULL AND ${where} ORDER BY id LIMIT 1)`;

/** What is inserted, column → SQL; of each resource the first column bears the name `Made here`. */
export const INSERTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  accounts: {
    name: "'Made here'",
    type: "'internal'",
    owner_id: anyId('users'),
    tags: "'{a,b}'",
    domains: "'{made.example}'",
    primary_domain: "'made.example'",
    is_disabled: 'true',
  },
  contacts: {
    name: "'Made here'",
    email: "'made@new.example'",
    emails: "'{made@new.example,second@new.example}'",
    account_id: anyId('accounts'),
    phone_numbers: "'{4912345}'",
  },
  issues: {
    title: "'Made here'",
    body_html: "'<p>Hello<script>x</script></p>'",
    account_id: anyId('accounts'),
    state: "'closed'",
    type: "'ticket'",
    tags: "'{a}'",
    custom_fields: `'{"priority": "high"}'`,
  },
  teams: { name: "'Made here'", user_ids: `ARRAY[${anyId('users')}]` },
  tags: { value: "'Made here'", object_type: "'issue'", hex_color: "'#123456'" },
  custom_fields: { label: "'Made here'", object_type: "'account'", type: "'text'", slug: "'made_here'" },
  collections: {
    title: "'Made here'",
    knowledge_base_id: anyId('knowledge_bases'),
    visibility_config: `'{"visibility": "internal_only"}'`,
  },
  articles: {
    title: "'Made here'",
    knowledge_base_id: anyId('knowledge_bases'),
    author_user_id: anyId('users'),
    current_draft_content_html: "'<p>Text</p>'",
    is_published: 'true',
    tag_ids: `ARRAY[${anyId('tags', "object_type = 'article'")}]`,
  },
  tasks: {
    title: "'Made here'",
    due_date: "'2027-03-04T05:06:07+02'",
    account_id: anyId('accounts'),
    assignee_user_id: anyId('users'),
  },
  projects: { name: "'Made here'", account_id: anyId('accounts'), is_archived: 'true' },
  milestones: { name: "'Made here'", project_id: anyId('projects') },
  macros: { name: "'Made here'", macro_group_id: anyId('macro_groups'), text_html: "'<p>Hi</p>'" },
};

export async function insert({ pool }: TestDatabase, name: string, more = {}): Promise<string> {
  const columns = { ...INSERTS[name], ...more };
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO pylon.${name} (${Object.keys(columns).join(', ')})
     VALUES (${Object.values(columns).join(', ')}) RETURNING id`,
  );
  return rows[0]?.id ?? '';
}

const nameOf = (name: string) => Object.keys(INSERTS[name] ?? {})[0] ?? '';

/** Objects in Pylon that bear the name. */
export const createdObjects = ({ sandbox }: Mirrored, name: string) =>
  [...sandbox.world.all(name)]
    .map(({ object }) => object)
    .filter((object) => object[nameOf(name)] === 'Made here');

export const createRequests = ({ sandbox }: Mirrored, name: string) =>
  sandbox.requests.filter(
    ({ method, path }) =>
      method === 'POST' && !path.endsWith('/search') && path.endsWith(`/${name.replaceAll('_', '-')}`),
  );

export const rowsOf = async ({ pool }: TestDatabase, name: string) =>
  (await pool.query(`SELECT * FROM pylon.${name} WHERE ${nameOf(name)} = 'Made here'`)).rows;

/** Sends what is due until all edits stand where they are to. */
export const pushUntil = (mirrored: Mirrored, database: TestDatabase, state: string) =>
  expect
    .poll(
      async () => {
        await push(mirrored, ALL);
        return [...new Set(await statesIn(database))];
      },
      { timeout: 15_000 },
    )
    .toEqual([state]);

export const creatable = resources
  .filter(({ writes }) => writes?.create !== undefined)
  .map(({ name }) => name);
