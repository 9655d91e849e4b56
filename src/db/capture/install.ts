import { createHash } from 'node:crypto';
import type pg from 'pg';
import { resources } from '../../resources/index.ts';
import { actionFunctions } from './actions.ts';
import { callerFunctions, FOR_CALLERS } from './callers.ts';
import { circleFunction } from './circle.ts';
import { FOR_APPROVERS, FOR_EDITORS, personFunctions } from './functions.ts';
import { movingFunctions } from './moving.ts';
import { literal } from './names.ts';
import { grantFunctions, ROLES, rolesOf } from './roles.ts';
import { sharedFunctions } from './shared.ts';
import { captureOf } from './table.ts';
import { FOR_FUNCTIONS, valueFunctions } from './values.ts';

/** Every statement that makes people's changes of the mirror edits, in their order. */
const captureStatements = (owner: string): readonly string[] => [
  ...sharedFunctions(),
  circleFunction(),
  ...resources.flatMap((resource) => captureOf(resource, owner)),
  ...valueFunctions(resources.filter(({ writes }) => writes !== undefined)),
  ...movingFunctions(),
  ...personFunctions(),
  ...callerFunctions(),
  ...rolesOf(resources),
  grantFunctions('pylon_editor', [...Object.keys({ ...FOR_EDITORS, ...FOR_CALLERS }), ...FOR_FUNCTIONS]),
  grantFunctions('pylon_approver', Object.keys(FOR_APPROVERS)),
  ...Object.entries({ ...FOR_EDITORS, ...FOR_CALLERS, ...FOR_APPROVERS }).map(
    ([signature, comment]) => `COMMENT ON FUNCTION pylon_sync.${signature} IS ${literal(comment)}`,
  ),
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
