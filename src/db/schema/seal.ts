import { createHash } from 'node:crypto';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type pg from 'pg';
import { ROLES } from '../capture/roles.ts';
import { MIGRATIONS } from '../inventory/migrations.ts';
import { PUBLICATION } from './publication.ts';

type Client = Pick<pg.ClientBase, 'query'>;

/** Put in by the bundler: a digest of the sources and of the packages that are used. */
declare const PROGRAM_DIGEST: string | undefined;

const ofSources = (): string | undefined =>
  typeof PROGRAM_DIGEST === 'undefined' ? undefined : PROGRAM_DIGEST;

/**
 * A name for exactly this program; undefined where it runs from its sources, which may change at any time.
 *
 * @param sources The digest of a program that was bundled; default: of this one.
 */
export function programDigest(sources = ofSources()): string | undefined {
  if (sources === undefined) return undefined;
  // These are files beside the program.
  const migrations = readMigrationFiles({ migrationsFolder: MIGRATIONS });
  return createHash('sha256')
    .update([sources, ...migrations.map(({ hash }) => hash)].join(' '))
    .digest('hex');
}

/** What a program has found whole: it need not look again while all of this is the same. */
interface Seal {
  readonly program: string;
  readonly database: string;
}

const KEY = 'seal';

/** The notes of what a migration has installed. */
const NOTES = ['capture', 'grants', 'view_troubles', 'views'];

/**
 * Each row of the catalogue that is about our objects, by the transaction that wrote it: whatever creates, changes,
 * grants or drops something writes a row anew or removes it. What only counts rows and pages (ANALYZE, VACUUM) does
 * not. Parts of a catalogue go by what they belong to.
 */
const CATALOGUE = `
  WITH schemas AS (SELECT oid, xmin FROM pg_namespace WHERE nspname IN ('pylon', 'pylon_sync', 'pylon_bi')),
       relations AS (SELECT oid, xmin, relkind FROM pg_class WHERE relnamespace IN (SELECT oid FROM schemas)),
       published AS (SELECT oid, xmin FROM pg_publication WHERE pubname = '${PUBLICATION}'),
       found (catalogue, oid, xmin) AS (
         SELECT 'namespace', oid, xmin FROM schemas
          UNION ALL SELECT 'class', oid, xmin FROM relations
          UNION ALL SELECT 'attribute', attrelid, a.xmin FROM pg_attribute AS a JOIN relations AS r ON r.oid = attrelid
                     WHERE relkind IN ('r', 'p', 'v')
          UNION ALL SELECT 'attrdef', adrelid, xmin FROM pg_attrdef WHERE adrelid IN (SELECT oid FROM relations)
          UNION ALL SELECT 'index', indexrelid, xmin FROM pg_index WHERE indexrelid IN (SELECT oid FROM relations)
          UNION ALL SELECT 'constraint', oid, xmin FROM pg_constraint WHERE connamespace IN (SELECT oid FROM schemas)
          UNION ALL SELECT 'trigger', oid, xmin FROM pg_trigger WHERE tgrelid IN (SELECT oid FROM relations)
          UNION ALL SELECT 'policy', oid, xmin FROM pg_policy WHERE polrelid IN (SELECT oid FROM relations)
          UNION ALL SELECT 'rewrite', oid, xmin FROM pg_rewrite WHERE ev_class IN (SELECT oid FROM relations)
          UNION ALL SELECT 'type', oid, xmin FROM pg_type WHERE typnamespace IN (SELECT oid FROM schemas)
          UNION ALL SELECT 'proc', oid, xmin FROM pg_proc WHERE pronamespace IN (SELECT oid FROM schemas)
          UNION ALL SELECT 'default_acl', oid, xmin FROM pg_default_acl
          UNION ALL SELECT 'publication', oid, xmin FROM published
          UNION ALL SELECT 'publication_rel', oid, xmin FROM pg_publication_rel WHERE prpubid IN (SELECT oid FROM published)
       )
  SELECT catalogue, count(*)::text AS count, sum(hashint8extended((oid::bigint << 32) | xmin::text::bigint, 0))::text AS sum
    FROM found GROUP BY 1`;

/**
 * Reads the rights of our roles, of the current user, and of each owner of our objects whose rights that user has as a
 * member. With more rights, a migration can do what it could not do before.
 */
const USERS = `
  WITH schemas AS (SELECT oid, nspowner FROM pg_namespace WHERE nspname IN ('pylon', 'pylon_sync', 'pylon_bi')),
       owners (oid) AS (
         SELECT nspowner FROM schemas
          UNION SELECT relowner FROM pg_class WHERE relnamespace IN (SELECT oid FROM schemas)
          UNION SELECT proowner FROM pg_proc WHERE pronamespace IN (SELECT oid FROM schemas)
          UNION SELECT pubowner FROM pg_publication WHERE pubname = '${PUBLICATION}'
          UNION SELECT datdba FROM pg_database WHERE datname = current_database()
       )
  SELECT rolname::text, oid::text, rolsuper, rolcreaterole, rolname = current_user AS is_self,
         has_database_privilege(rolname, current_database(), 'CREATE') AS creates
    FROM pg_roles
   WHERE rolname = current_user OR rolname = ANY ('{${ROLES.join(',')}}')
      OR (oid IN (SELECT oid FROM owners) AND pg_has_role(oid, 'USAGE'))`;

/** What a database is whole with, and the seal that was left in it. */
export interface Sealed {
  readonly noted: Seal | undefined;
  readonly present: string;
}

/**
 * Reads in one statement, so that all of it is of one moment. Fails where there is nothing of ours, or part of what it
 * reads is missing: then there is no seal.
 */
export async function readSealed(client: Client): Promise<Sealed> {
  const { rows } = await client.query<{ present: string; noted: Seal | null }>(
    `SELECT encode(sha256(convert_to(concat_ws(E'\\n', current_setting('server_version_num'),
              (SELECT string_agg(c::text, ' ' ORDER BY catalogue) FROM (${CATALOGUE}) AS c),
              (SELECT string_agg(u::text, ' ' ORDER BY rolname) FROM (${USERS}) AS u),
              (SELECT string_agg(hash, ' ' ORDER BY id) FROM pylon_sync.migrations),
              (SELECT string_agg(key || value::text, ' ' ORDER BY key) FROM pylon_sync.settings WHERE key = ANY ($1))
            ), 'UTF8')), 'hex') AS present,
            (SELECT value FROM pylon_sync.settings WHERE key = $2) AS noted`,
    [NOTES, KEY],
  );
  const [{ present, noted } = { present: '', noted: null }] = rows;
  return { present, noted: noted ?? undefined };
}

/** Whether this program has found the database whole, and nothing is different since. */
export const isSealedBy = ({ noted, present }: Sealed, program: string): boolean =>
  noted?.program === program && noted.database === present;

/**
 * Leaves a seal for what was read before a migration, unless anything is different after it: then what was looked at
 * is not what there is.
 */
export async function leaveSeal(client: Client, program: string, before: string): Promise<void> {
  const { present } = await readSealed(client);
  if (present !== before) return;
  await client.query(
    `INSERT INTO pylon_sync.settings (key, value) VALUES ($1, $2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()
                                 WHERE settings.value IS DISTINCT FROM excluded.value`,
    [KEY, JSON.stringify({ program, database: present } satisfies Seal)],
  );
}
