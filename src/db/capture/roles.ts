import { type Pool, readStatement } from '../connection/atomic.ts';

/** Roles that people are given: to read, to edit too what Pylon lets one change, to let drafts go. */
export const ROLES = ['pylon_reader', 'pylon_editor', 'pylon_approver'] as const;

export type Role = (typeof ROLES)[number];

/**
 * Makes the roles that the server lacks. Roles belong to the server: a database user that may not create them
 * leaves that to an administrator, and the next migration grants what they need.
 */
export const makeRoles = (): string => {
  const make = (role: string) => `
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN
      BEGIN
        CREATE ROLE ${role} NOLOGIN;
      EXCEPTION
        WHEN insufficient_privilege THEN RAISE NOTICE 'role ${role} has to be made by who may make roles';
        WHEN duplicate_object OR unique_violation THEN NULL;
      END;
    END IF;`;
  return `DO $$ BEGIN ${ROLES.map(make).join(' ')} END $$`;
};

/** Takes from everybody what this database user's functions of schema `pylon_sync` have been given by default. */
export const revokeFunctions = (): string => `DO $$
   DECLARE called text;
   BEGIN
     FOR called IN SELECT format('pylon_sync.%I(%s)', proname, pg_get_function_identity_arguments(oid)) FROM pg_proc
                    WHERE pronamespace = 'pylon_sync'::regnamespace AND pg_has_role(proowner, 'USAGE') LOOP
       EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', called);
     END LOOP;
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

/** Other databases of the server where the roles have been granted something: they are the server's, not a database's. */
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
