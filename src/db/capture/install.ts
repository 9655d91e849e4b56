import { createHash } from 'node:crypto';
import type pg from 'pg';
import { resources } from '../../resources/index.ts';
import { actionFunctions } from './actions.ts';
import { CALLER_FUNCTIONS, callerFunctions } from './callers.ts';
import { FOR_APPROVERS, FOR_EDITORS, personFunctions } from './functions.ts';
import { grantFunctions, ROLES, rolesOf } from './roles.ts';
import { sharedFunctions } from './shared.ts';
import { captureOf } from './table.ts';
import { valueFunctions } from './values.ts';

/** Every statement that makes people's changes of the mirror edits, in their order. */
const captureStatements = (owner: string): readonly string[] => [
  ...sharedFunctions(),
  ...resources.flatMap((resource) => captureOf(resource, owner)),
  ...valueFunctions(resources.filter(({ writes }) => writes !== undefined)),
  ...personFunctions(),
  ...callerFunctions(),
  ...rolesOf(resources),
  grantFunctions('pylon_editor', [...FOR_EDITORS, ...CALLER_FUNCTIONS]),
  grantFunctions('pylon_approver', FOR_APPROVERS),
  ...actionFunctions(),
];

/**
 * Brings the functions and triggers that capture edits to this version, where they are not; within a migration's
 * transaction. They are made from the descriptors, so they follow these and not a migration of their own.
 */
export async function installCapture(
  client: pg.ClientBase,
  ran: (statement: string) => void,
): Promise<boolean> {
  const { rows } = await client.query<{ owner: string; known: string | null }>(
    "SELECT current_user AS owner, (SELECT value #>> '{}' FROM pylon_sync.settings WHERE key = 'capture') AS known",
  );
  const [{ owner = '', known = null } = {}] = rows;
  const statements = captureStatements(owner);
  // A role that somebody has made since is granted what it is for.
  const digest = async () => {
    const { rows: roles } = await client.query(
      'SELECT rolname FROM pg_roles WHERE rolname = ANY ($1) ORDER BY 1',
      [ROLES],
    );
    const text = [...statements, JSON.stringify(roles)].join(';\n');
    return createHash('sha256').update(text).digest('hex');
  };
  if (known === (await digest())) return false;
  for (const statement of statements) {
    ran(statement);
    await client.query(statement);
  }
  await client.query(
    `INSERT INTO pylon_sync.settings (key, value) VALUES ('capture', to_jsonb($1::text))
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()`,
    [await digest()],
  );
  return true;
}
