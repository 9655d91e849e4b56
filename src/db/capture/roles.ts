import { writableColumns } from '../../edits/body.ts';
import type { Resource } from '../../resources/define.ts';
import { type Pool, readStatement } from '../atomic.ts';
import { literal, tableOf } from './names.ts';
import { deletable } from './table.ts';

/** Roles that people are given: to read, to edit too what Pylon lets one change, to let drafts go. */
export const ROLES = ['pylon_reader', 'pylon_editor', 'pylon_approver'] as const;

/**
 * Makes the roles and grants them what they are for. Roles belong to the server: whoever may not make them leaves
 * that to who may, and the grants come with the next migration.
 */
export function rolesOf(resources: readonly Resource[]): readonly string[] {
  const granted = (privilege: string, on: (resource: Resource) => boolean) =>
    resources
      .filter(on)
      .map(({ name }) => `GRANT ${privilege} ON ${tableOf(name)} TO pylon_editor;`)
      .join('\n         ');
  const make = (role: string) => `
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN
      BEGIN
        CREATE ROLE ${role} NOLOGIN;
      EXCEPTION
        WHEN insufficient_privilege THEN RAISE NOTICE 'role ${role} has to be made by who may make roles';
        WHEN duplicate_object OR unique_violation THEN NULL;
      END;
    END IF;`;
  return [
    `DO $$ BEGIN ${ROLES.map(make).join(' ')} END $$`,
    `REVOKE ALL ON ALL FUNCTIONS IN SCHEMA pylon_sync FROM PUBLIC`,
    `DO $$
     DECLARE reader text; name text;
     BEGIN
       FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN (${ROLES.map(literal).join(', ')}) LOOP
         EXECUTE format('GRANT USAGE ON SCHEMA pylon TO %I', reader);
         EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA pylon TO %I', reader);
         EXECUTE format('GRANT USAGE ON SCHEMA pylon_bi TO %I', reader);
         EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA pylon_bi TO %I', reader);
         -- What is made later, too.
         EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA pylon, pylon_bi GRANT SELECT ON TABLES TO %I', reader);
       END LOOP;
       FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('pylon_editor', 'pylon_approver') LOOP
         EXECUTE format('GRANT USAGE ON SCHEMA pylon_sync TO %I', reader);
         EXECUTE format('GRANT SELECT ON pylon_sync.edits TO %I', reader);
       END LOOP;
       IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'pylon_editor') THEN
         ${granted('UPDATE', ({ writes }) => writableColumns(writes, 'update').length > 0)}
         ${granted('INSERT', ({ writes }) => writes?.create !== undefined)}
         ${granted('DELETE', deletable)}
       END IF;
     END $$`,
  ];
}

/** Lets a role call functions of schema `pylon_sync`. */
export const grantFunctions = (
  role: (typeof ROLES)[number],
  signatures: readonly string[],
): string => `DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN
    ${signatures.map((signature) => `GRANT EXECUTE ON FUNCTION pylon_sync.${signature} TO ${role};`).join('\n    ')}
  END IF;
END $$`;

/** Roles that the server does not have: whoever migrated may not make any. */
export async function missingRoles(pool: Pool): Promise<readonly string[]> {
  const { rows } = await readStatement<{ name: string }>(
    pool,
    'SELECT rolname AS name FROM pg_roles WHERE rolname = ANY ($1)',
    [ROLES],
  );
  return ROLES.filter((role) => !rows.some(({ name }) => name === role));
}
