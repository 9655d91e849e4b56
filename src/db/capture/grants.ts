import { createHash } from 'node:crypto';
import type pg from 'pg';
import { actions } from '../../edits/actions.ts';
import { writableColumns } from '../../edits/body.ts';
import { resources } from '../../resources/index.ts';
import { signaturesOf } from './actions.ts';
import { withFormerName } from './former-names.ts';
import { identifier, literal, tableOf } from './names.ts';
import { makeRoles, ROLES, type Role } from './roles.ts';
import { deletable } from './table.ts';
import { DECIDE_IN_PARTS } from './user-functions/decide-in-parts.sql.ts';
import { CALLED_AS_CALLER, FOR_APPROVERS, FOR_CALLERS, FOR_EDITORS } from './user-functions/signatures.ts';

const SELF = 'SELECT oid FROM pg_roles WHERE rolname = current_user';

const SCHEMAS = ['pylon', 'pylon_bi', 'pylon_sync'].map(literal).join(', ');

/**
 * Grants this database user all privileges on its own schemas, tables, functions and types, in case default
 * privileges have withheld them: an owner may grant itself everything, but need not have it.
 */
export const ownGrants = (): string => `DO $$
   DECLARE given text;
   BEGIN
     FOR given IN
       SELECT format('SCHEMA %I', nspname) FROM pg_namespace
        WHERE nspname IN (${SCHEMAS}) AND nspowner = (${SELF})
          AND NOT (has_schema_privilege(oid, 'USAGE') AND has_schema_privilege(oid, 'CREATE'))
       UNION ALL
       SELECT format('TABLE %I.%I', nspname, relname) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
        WHERE nspname IN (${SCHEMAS}) AND relkind IN ('r', 'v') AND relowner = (${SELF})
          AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
                   AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))
       UNION ALL
       SELECT format('SEQUENCE %I.%I', nspname, relname) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
        WHERE nspname IN (${SCHEMAS}) AND relkind = 'S' AND relowner = (${SELF})
          AND CASE relkind WHEN 'S' THEN NOT has_sequence_privilege(c.oid, 'USAGE') END
       UNION ALL
       SELECT format('ROUTINE %I.%I(%s)', nspname, proname, pg_get_function_identity_arguments(p.oid))
         FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = pronamespace
        WHERE nspname IN (${SCHEMAS}) AND proowner = (${SELF}) AND NOT has_function_privilege(p.oid, 'EXECUTE')
       UNION ALL
       SELECT format('TYPE %I.%I', nspname, typname) FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = typnamespace
        WHERE nspname IN (${SCHEMAS}) AND typtype = 'c' AND typowner = (${SELF})
          AND NOT has_type_privilege(t.oid, 'USAGE')
     LOOP
       EXECUTE format('GRANT ALL ON %s TO CURRENT_USER', given);
     END LOOP;
   END $$`;

/** A query for the owner of the mirror. */
const OWNER = "SELECT relowner FROM pg_class WHERE oid = 'pylon_sync.edits'::regclass";

/**
 * The grants of every role: reading the mirror and the views, with the functions that these call. Only on the owner's
 * objects.
 */
const READING = `
  SELECT format('USAGE ON SCHEMA %I', nspname) AS what FROM pg_namespace WHERE nspname IN ('pylon', 'pylon_bi')
   UNION ALL
  SELECT format('SELECT ON TABLE %I.%I', nspname, relname) FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
   WHERE nspname IN ('pylon', 'pylon_bi') AND relkind IN ('r', 'v', 'm', 'p') AND relowner = (${OWNER})
   UNION ALL
  SELECT format('EXECUTE ON FUNCTION pylon_bi.%I(%s)', proname, pg_get_function_identity_arguments(p.oid))
    FROM pg_proc AS p WHERE pronamespace = to_regnamespace('pylon_bi') AND proowner = (${OWNER})`;

/** The views through which an editor may change something, as far as they could be created. */
const EDITED_VIEWS = `
  SELECT format('UPDATE ON TABLE pylon_bi.%I', relname) AS what FROM pg_class
   WHERE relnamespace = to_regnamespace('pylon_bi') AND relkind = 'v' AND relowner = (${OWNER})
     AND relname IN (${resources
       .filter(({ writes }) => writableColumns(writes, 'update').length > 0)
       .map(({ name, view }) => literal(view?.name ?? name))
       .join(', ')})`;

/** Lets editors change what a new view shows, if there are editors. */
export const editorGrant = (view: string): string => `DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'pylon_editor') THEN
    GRANT UPDATE ON TABLE pylon_bi.${identifier(view)} TO pylon_editor;
  END IF;
END $$`;

/** The same grants on objects that are created later. */
const LATER = [
  'IN SCHEMA pylon, pylon_bi GRANT SELECT ON TABLES',
  'IN SCHEMA pylon_bi GRANT EXECUTE ON FUNCTIONS',
];

const EDITS = ['SELECT ON TABLE pylon_sync.edits'];

/** The daemon's own state that people need to understand the mirror; not the contents of rejected records. */
const STATE = [
  'USAGE ON SCHEMA pylon_sync',
  ...['audits', 'changes', 'ids', 'migrations', 'rereads', 'runs', 'scans', 'tombstones'].map(
    (table) => `SELECT ON TABLE pylon_sync.${table}`,
  ),
  'SELECT (id, resource, record_id, reason, seen_at) ON TABLE pylon_sync.rejected_records',
];

const calling = (signatures: readonly string[]) =>
  signatures.map((signature) => `EXECUTE ON FUNCTION ${signature}`);
const ofSync = (signatures: readonly string[]) =>
  calling(signatures.map((signature) => `pylon_sync.${signature}`));

/** The view that it asks checks the privilege on the function for the decision. */
const IN_PARTS = `EXECUTE ON PROCEDURE pylon_sync.${DECIDE_IN_PARTS}`;

/** The grants of each role besides reading the mirror. */
const BEYOND: Readonly<Record<Role, readonly string[]>> = {
  pylon_reader: STATE,
  pylon_editor: [
    ...STATE,
    ...EDITS,
    ...resources.flatMap((resource) => {
      const { name, writes } = resource;
      return [
        ...(writableColumns(writes, 'update').length > 0 ? ['UPDATE'] : []),
        ...(writes?.create === undefined ? [] : ['INSERT']),
        ...(deletable(resource) ? ['DELETE'] : []),
      ].map((privilege) => `${privilege} ON TABLE ${tableOf(name)}`);
    }),
    ...ofSync([...Object.keys({ ...FOR_EDITORS, ...FOR_CALLERS }), ...CALLED_AS_CALLER]),
    IN_PARTS,
    ...calling(actions.flatMap(signaturesOf)),
  ],
  pylon_approver: [...STATE, ...EDITS, ...ofSync(Object.keys(FOR_APPROVERS)), IN_PARTS],
};

/** What roles were granted before. If it is missing now, somebody has revoked it on purpose. */
type Given = Readonly<
  Partial<Record<Role, { readonly role: string; readonly statements: readonly string[] }>>
>;

/** The key for names of objects that were created again since: their grants were lost with them, not revoked. */
const LOST = 'lost';
type Noted = Given & { readonly [LOST]?: readonly string[] };

/** Kinds of objects with grants. */
const GIVEN_OF = ['schema', 'table', 'view', 'function'];

/**
 * Makes the next installation repeat the grants on schemas, relations and functions that were lost and are created
 * again. Must run in the transaction that creates them.
 */
export async function loseGrants(
  client: Pick<pg.ClientBase, 'query'>,
  lost: readonly { readonly kind: string; readonly schema: string; readonly name: string }[],
): Promise<void> {
  const names = lost
    .filter(({ kind }) => GIVEN_OF.includes(kind))
    .map(({ kind, schema, name }) =>
      kind === 'schema' ? schema : `${schema}.${name.replace(/ \(\d+\)$/, '')}`,
    );
  if (names.length === 0) return;
  await client.query(
    `UPDATE pylon_sync.settings
        SET value = value || jsonb_build_object('${LOST}', coalesce(value -> '${LOST}', '[]') || $1::jsonb)
      WHERE key = 'grants'`,
    [JSON.stringify(names)],
  );
}

/** The objects that a GRANT is about: schemas, or `schema.name` with its schema. */
const namedIn = (statement: string): readonly string[] =>
  (
    / ON (?:TABLE|FUNCTION|PROCEDURE|SCHEMA) ([^ (]+)| IN SCHEMA (\w+), (\w+) /
      .exec(statement.replaceAll('"', ''))
      ?.slice(1) ?? []
  ).flatMap((name) => (name === undefined ? [] : [name, name.replace(/\..*/, '')]));

const digestOf = (statement: string) => createHash('sha256').update(statement).digest('base64').slice(0, 8);

/**
 * Creates the roles if this database user may, and grants them their privileges once each, independent of default
 * privileges. What somebody has revoked stays revoked, unless the role or all of its grants are new, e.g. after a
 * restore.
 */
export async function installGrants(client: pg.ClientBase): Promise<void> {
  await client.query(makeRoles());
  await client.query(ownGrants());
  const { rows: roles } = await client.query<{ name: Role; oid: string; knows: boolean }>(
    `SELECT rolname AS name, oid::text, EXISTS (
              SELECT FROM pg_class CROSS JOIN LATERAL aclexplode(relacl) AS granted
               WHERE relnamespace IN (to_regnamespace('pylon'), to_regnamespace('pylon_bi')) AND grantee = pg_roles.oid
            ) AS knows
       FROM pg_roles WHERE rolname = ANY ($1)`,
    [ROLES],
  );
  const { rows: reading } = await client.query<{ what: string }>(READING);
  const { rows: editing } = await client.query<{ what: string }>(EDITED_VIEWS);
  const { rows: noted } = await client.query<{ given: Noted }>(
    "SELECT value AS given FROM pylon_sync.settings WHERE key = 'grants'",
  );
  const { [LOST]: lost = [], ...before }: Noted = noted[0]?.given ?? {};
  const isLost = (statement: string) => namedIn(statement).some((name) => lost.includes(name));
  const after: Record<string, Given[Role]> = { ...before };
  for (const { name, oid, knows } of roles) {
    const former = before[name];
    const had = new Set(former?.role === oid && knows ? former.statements : []);
    const isKnown = (statement: string) =>
      had.has(digestOf(statement)) || had.has(digestOf(withFormerName(statement)));
    const to = identifier(name);
    const statements = [
      ...[
        ...reading.map(({ what }) => what),
        ...BEYOND[name],
        ...(name === 'pylon_editor' ? editing.map(({ what }) => what) : []),
      ].map((what) => `GRANT ${what} TO ${to}`),
      ...LATER.map((what) => `ALTER DEFAULT PRIVILEGES ${what} TO ${to}`),
    ].filter((statement) => !isKnown(statement) || isLost(statement));
    if (statements.length > 0) await client.query(statements.join(';\n'));
    after[name] = { role: oid, statements: [...new Set([...had, ...statements.map(digestOf)])] };
  }
  await client.query(
    `INSERT INTO pylon_sync.settings (key, value) VALUES ('grants', $1)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()
                                 WHERE settings.value IS DISTINCT FROM excluded.value`,
    [JSON.stringify(after)],
  );
}
