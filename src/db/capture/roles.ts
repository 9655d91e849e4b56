import { type Pool, readStatement } from '../connection/atomic.ts';

/** The roles for people: to read, to edit as well, and to approve drafts. */
export const ROLES = ['pylon_reader', 'pylon_editor', 'pylon_approver'] as const;

export type Role = (typeof ROLES)[number];

/**
 * Creates missing roles. Roles belong to the server: if this database user may not create them, an administrator
 * must, and the next migration grants them what they need.
 */
export const makeRoles = (): string => {
  const make = (role: string) => `
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN
      BEGIN
        CREATE ROLE ${role} NOLOGIN;
      EXCEPTION
        WHEN insufficient_privilege THEN RAISE NOTICE 'role ${role} must be created by a user who may create roles';
        WHEN duplicate_object OR unique_violation THEN NULL;
      END;
    END IF;`;
  return `DO $$ BEGIN ${ROLES.map(make).join(' ')} END $$`;
};

/** Revokes the default privileges of everybody on this database user's functions in schema `pylon_sync`. */
export const revokeFunctions = (): string => `DO $$
   DECLARE called text;
   BEGIN
     FOR called IN SELECT format('pylon_sync.%I(%s)', proname, pg_get_function_identity_arguments(oid)) FROM pg_proc
                    WHERE pronamespace = 'pylon_sync'::regnamespace AND pg_has_role(proowner, 'USAGE') LOOP
       EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', called);
     END LOOP;
   END $$`;

/** The roles that are missing on the server because the user who migrated may not create roles. */
export async function missingRoles(pool: Pool): Promise<readonly string[]> {
  const { rows } = await readStatement<{ name: string }>(
    pool,
    'SELECT rolname AS name FROM pg_roles WHERE rolname = ANY ($1)',
    [ROLES],
  );
  return ROLES.filter((role) => !rows.some(({ name }) => name === role));
}

/** Other databases of the server in which the roles have grants: roles belong to the server. */
export async function sharingRoles(pool: Pool): Promise<readonly string[]> {
  const { rows } = await readStatement<{ name: string }>(
    pool,
    `SELECT DISTINCT datname AS name FROM pg_shdepend JOIN pg_database AS other ON other.oid = dbid
      WHERE refclassid = 'pg_authid'::regclass AND refobjid IN (SELECT oid FROM pg_roles WHERE rolname = ANY ($1))
        AND datname <> current_database() ORDER BY 1`,
    [ROLES],
  );
  return rows.map(({ name }) => name);
}
