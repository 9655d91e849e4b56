import { getTableColumns } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writableColumns } from '../../src/edits/body.ts';
import { same } from '../../src/edits/merge.ts';
import type { Resource } from '../../src/resources/define.ts';
import { resources } from '../../src/resources/index.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { createDatabase, type OwnDatabase } from '../helpers/database.ts';
import { expectDocumentedBodies } from '../helpers/documented-bodies.ts';
import { editsIn, push } from '../helpers/edits.ts';
import { startTrappedSandbox } from '../helpers/sandbox.ts';
import { openSession, type Session } from '../helpers/session.ts';

/** One workspace for all fields: each is edited by itself. */
let sandbox: Sandbox;
let database: OwnDatabase;
let session: Session;

beforeAll(async () => {
  sandbox = await startTrappedSandbox({ issues: 40, limits: 'none' });
  sandbox.world.create('custom_fields', {
    ...{ object_type: 'project', slug: 'effort', label: 'Effort', type: 'text', is_read_only: false },
  });
  database = await createDatabase();
  session = await openSession(sandbox, database.url);
  await session.first();
});
afterAll(async () => {
  await session.close();
  await sandbox.close();
  await database.drop();
  expectDocumentedBodies(sandbox.requests);
});

const any = async (query: string): Promise<string> =>
  String((await database.pool.query<{ value: unknown }>(`SELECT (${query}) AS value`)).rows[0]?.value);

/** Values that are valid and not what a row holds, as SQL over the row's own columns. */
const SPECIAL: Readonly<Record<string, string>> = {
  'issues.state': "CASE state WHEN 'on_hold' THEN 'waiting_on_you' ELSE 'on_hold' END",
  'issues.type': "'ticket'",
  'accounts.type': "CASE type WHEN 'partner' THEN 'customer' ELSE 'partner' END",
  'accounts.domains': "domains || '{edited.example}'",
  'accounts.primary_domain': 'domains[2]',
  'accounts.channels': `'[{"channel_id": "C1", "source": "slack"}]'`,
  'accounts.external_ids': `'[{"external_id": "edited", "label": "crm"}]'`,
  'contacts.email': "'edited@new.example'",
  'contacts.emails': "emails || '{second@new.example}'",
  'contacts.portal_role': "CASE portal_role WHEN 'member' THEN 'admin' ELSE 'member' END",
  'contacts.phone_numbers': "'{4912345,4967890}'",
  'contacts.primary_phone_number': 'phone_numbers[2]',
  'contacts.external_ids': `'[{"external_id": "edited-contact", "label": "crm"}]'`,
  'tags.hex_color': "'#123456'",
  'custom_fields.slug': "'edited_slug'",
  'custom_fields.default_values': "'{a}'",
  'custom_fields.select_metadata': `'{"options": [{"label": "One", "slug": "one"}]}'`,
  'feature_requests.request_status':
    "CASE request_status WHEN 'closed' THEN 'under_review' ELSE 'closed' END",
  'tasks.status': "CASE status WHEN 'completed' THEN 'not_started' ELSE 'completed' END",
  'macros.visibility': `'{"type": "team", "team_ids": []}'`,
  'articles.visibility_config': `'{"visibility": "internal_only"}'`,
  'collections.visibility_config': `'{"visibility": "internal_only"}'`,
};

/** Which row is edited, where not any will do. */
const WHICH: Readonly<Record<string, string>> = {
  'issues.type': "type = 'conversation'",
  'accounts.primary_domain': 'cardinality(domains) > 1',
  'contacts.primary_phone_number': 'cardinality(phone_numbers) > 1',
  'custom_fields.default_value': "type = 'text'",
  'custom_fields.default_values': "type = 'multiselect'",
  'custom_fields.select_metadata': "type = 'select'",
  'tasks.assignee_contact_id': 'assignee_contact_id IS NOT NULL',
  'tasks.assignee_user_id': 'assignee_user_id IS NOT NULL',
};

/** A value of the column's type that the row does not hold. */
function other({ name: resource, refers = {}, writes }: Resource, column: string, type: string): string {
  const special = SPECIAL[`${resource}.${column}`];
  if (special !== undefined) return special;
  const [one, another] = writes?.columns[column]?.values ?? [];
  if (another !== undefined) return `CASE ${column} WHEN '${one}' THEN '${another}' ELSE '${one}' END`;
  const target = refers[column];
  if (target !== undefined)
    return `(SELECT id FROM pylon.${target} AS t WHERE t.id IS DISTINCT FROM ${resource}.${column} AND t._deleted_at IS NULL ORDER BY id LIMIT 1)`;
  if (column === 'user_ids')
    return '(SELECT array_agg(id) FROM (SELECT id FROM pylon.users ORDER BY id LIMIT 2) AS u)';
  if (column === 'tag_ids') return "(SELECT array_agg(id) FROM pylon.tags WHERE object_type = 'article')";
  if (type === 'boolean') return `NOT coalesce(${column}, false)`;
  if (type === 'timestamp with time zone') return "'2027-03-04T05:06:07+02'";
  if (type === 'text[]') return "'{edited,twice}'";
  return "'Edited ' || md5(id)";
}

const fields = resources.flatMap((resource) =>
  writableColumns(resource.writes, 'update').map((column) => ({ resource, name: resource.name, column })),
);

describe.each(fields)('$column of $name', ({ resource, name, column }) => {
  const columns = getTableColumns(resource.table) as Record<string, { getSQLType(): string }>;
  const how = resource.writes?.columns[column];

  test('is written as Pylon takes it, and is shown as Pylon holds it', async ({ skip }) => {
    if (how?.kind === 'custom_fields') skip('a test of its own');
    const type = columns[column]?.getSQLType() ?? '';
    const which = WHICH[`${name}.${column}`] ?? 'true';
    const before = Number(await any('SELECT coalesce(max(id), 0) FROM pylon_sync.edits'));
    const { rows } = await database.pool.query<Record<string, unknown>>(
      `UPDATE pylon.${name} SET ${column} = ${other(resource, column, type)}
        WHERE id = (SELECT id FROM pylon.${name} WHERE _deleted_at IS NULL AND ${which} ORDER BY id LIMIT 1)
        RETURNING *`,
    );
    const [row] = rows;
    if (row === undefined) throw new Error(`there is no ${name} to edit`);
    await push({ session });
    const edit = (await editsIn(database)).find(({ id }) => id > before);
    expect(edit).toMatchObject({ state: 'applied', error: null, record_id: row.id });
    expect(Object.keys(edit?.changes ?? {})).toEqual([column]);
    const allowed = [how?.field ?? column, 'publish_updated_body_html'];
    expect(Object.keys(edit?.sent ?? {}).filter((field) => !allowed.includes(field))).toEqual([]);
    expect(Object.keys(edit?.sent ?? {})).toContain(how?.field ?? column);
    const { rows: shown } = await database.pool.query(
      `SELECT to_jsonb(r) AS row FROM pylon.${name} AS r WHERE id = $1`,
      [row.id],
    );
    expect(
      same(how?.kind ?? 'value', shown[0].row[column], edit?.changes[column]),
      JSON.stringify([shown[0].row[column], edit?.changes[column]]),
    ).toBe(true);
  });
});

describe.each(resources.filter(({ writes }) => writes?.columns.custom_fields !== undefined))(
  'custom fields of $name',
  ({ name, customFields, writes }) => {
    const isMap = writes?.columns.custom_fields?.as === 'map';
    test('one of them is written and unset again', async () => {
      const { rows } = await database.pool.query<{ slug: string; value: string }>(
        `SELECT slug, coalesce(select_metadata->'options'->0->>'slug', CASE type WHEN 'number' THEN '7' ELSE 'edited' END) AS value
           FROM pylon.custom_fields
        WHERE object_type = $1 AND is_read_only IS NOT TRUE AND type IN ('text', 'select', 'number') AND _deleted_at IS NULL LIMIT 1`,
        [customFields?.kind],
      );
      // Nothing lists the definitions of some.
      const { slug, value } =
        rows[0] ?? (customFields === undefined ? { slug: isMap ? 'note' : 'theme', value: 'edited' } : {});
      if (slug === undefined) throw new Error(`no custom field of ${name} in the sandbox`);
      const id = await any(
        `SELECT id FROM pylon.${name} WHERE _deleted_at IS NULL AND custom_fields->>'${slug}' IS DISTINCT FROM '${value}' ORDER BY id DESC LIMIT 1`,
      );
      const set = async (expression: string) => {
        await database.pool.query(`UPDATE pylon.${name} SET custom_fields = ${expression} WHERE id = $1`, [
          id,
        ]);
        await push({ session });
        const last = (await editsIn(database)).at(-1);
        expect(last).toMatchObject({ state: 'applied' });
        return last?.sent?.custom_fields;
      };
      expect(await set(`coalesce(custom_fields, '{}') || '{"${slug}": "${value}"}'`)).toEqual(
        isMap ? { [slug]: { value } } : [{ slug, value }],
      );
      expect(await any(`SELECT custom_fields->>'${slug}' FROM pylon.${name} WHERE id = '${id}'`)).toBe(value);
      expect(await set(`custom_fields - '${slug}'`)).toEqual(isMap ? { [slug]: { value: '' } } : [{ slug }]);
      expect(await any(`SELECT custom_fields ? '${slug}' FROM pylon.${name} WHERE id = '${id}'`)).toBe(
        'false',
      );
    });
  },
);
