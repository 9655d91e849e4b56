import { sql } from 'drizzle-orm';
import type pg from 'pg';
import { UNSETTLED } from '../../edits/states.ts';
import { NO_DIGEST, type Resource } from '../../resources/define.ts';
import { resources } from '../../resources/index.ts';
import { ownGrants } from '../capture/grants.ts';
import { literal } from '../capture/names.ts';
import type { Executor } from '../connection/connect.ts';
import { col, editsAs } from '../edits/table.ts';
import { NOT_BEGUN } from '../progress/cursors.ts';
import { edits } from '../tables.ts';
import { standing } from './catalogue.ts';
import type { Migrated } from './migrated.ts';
import { lacking } from './missing.ts';
import { KINDS, type MadePart } from './part.ts';

type Client = Pick<pg.ClientBase, 'query'>;

/**
 * Takes the lease from its holder, whose work began before the restore. When it begins again, it sees what has to be
 * read again. This must be the first statement, because every writer locks the lease before any table.
 */
async function endWork(client: Client): Promise<void> {
  const { rows } = await client.query("SELECT to_regclass('pylon_sync.lease') IS NOT NULL AS stands");
  if (rows[0]?.stands !== true) return;
  await client.query("UPDATE pylon_sync.lease SET token = token + 1, expires_at = '-infinity'");
}

/**
 * Creates the missing parts of migrations again, in the same way. Returns what it created. A table created again is
 * empty; so is a column.
 *
 * @param stands The keys of the parts that exist, as `standing` reads them.
 * @param ran Receives each statement before it runs.
 */
export async function restoreParts(
  client: Client,
  { parts, changes }: Migrated,
  stands: ReadonlySet<string>,
  ran: (statement: string) => void,
): Promise<readonly MadePart[]> {
  const made: MadePart[] = [];
  const run = async (statement: string) => {
    ran(statement);
    await client.query(statement);
  };
  let found = stands;
  for (const kind of KINDS) {
    const missing = lacking(found, parts).filter((part) => part.kind === kind);
    if (missing.length > 0) {
      if (made.length === 0) await endWork(client);
      for (const part of missing) await run(part.sql);
      if (kind === 'schema' || kind === 'table') await client.query(ownGrants());
      made.push(...missing);
      // With a table its first columns and its key were created, too.
      found = await standing(client);
    }
    if (kind === 'column') await changeAgain(changes, made, run);
  }
  return made;
}

/** Repeats what later migrations have changed in tables and columns that were created again. */
async function changeAgain(
  changes: Migrated['changes'],
  made: readonly MadePart[],
  run: (statement: string) => Promise<void>,
): Promise<void> {
  for (const { schema, table, column, sql } of changes)
    if (
      made.some(
        (part) =>
          part.schema === schema &&
          part.table === table &&
          (part.kind === 'table' || (part.kind === 'column' && part.name === column)),
      )
    )
      await run(sql);
}

/**
 * Resources that must be read again after parts were created again: their rows or values are lost, or the edits are
 * lost, so that rows may show values that Pylon never had.
 */
export function harmedBy(made: readonly MadePart[]): readonly Resource[] {
  const isLost = (schema: string, table: string) =>
    made.some(
      (part) =>
        (part.kind === 'table' || part.kind === 'column') && part.schema === schema && part.table === table,
    );
  const editsLost = made.some(
    ({ kind, schema, name }) => kind === 'table' && schema === 'pylon_sync' && name === 'edits',
  );
  return resources.filter(({ name, writes }) => isLost('pylon', name) || (editsLost && writes !== undefined));
}

/**
 * Deletes the progress of resources, so that each is read completely again, with contents compared. Tombstones stay.
 */
export async function readAnew(client: Client, harmed: readonly Resource[]): Promise<void> {
  if (harmed.length === 0) return;
  const names = harmed.map(({ name }) => name);
  for (const table of ['cursors', 'reads', 'runs'])
    await client.query(`DELETE FROM pylon_sync.${table} WHERE resource = ANY ($1)`, [names]);
  await client.query(
    `UPDATE pylon_sync.scans SET state = 'abandoned', finished_at = now()
      WHERE resource = ANY ($1) AND state IN ('listing', 'judging', 'stopped')`,
    [names],
  );
  await client.query(
    `INSERT INTO pylon_sync.cursors (resource, scope, position) SELECT name, 'backfill', $2::jsonb FROM unnest($1::text[]) AS name`,
    [names, JSON.stringify({ pass: NOT_BEGUN, done: false, deep: NOT_BEGUN })],
  );
}

const UNSETTLED_STATES = sql.raw(UNSETTLED.map(literal).join(', '));

const e = editsAs('e');
const d = editsAs('d');

/**
 * Applies unsettled edits again to tables that were created again: inserted rows, and values of existing rows. Rows
 * that are yet to be read get their edits when they are. Must run after the functions were installed.
 */
export async function showEditsAgain(tx: Executor, harmed: readonly Resource[]): Promise<void> {
  const editable = harmed.filter(({ writes }) => writes !== undefined);
  if (editable.length === 0) return;
  await tx.execute(sql`SELECT set_config('pylon_sync.daemon', 'on', true)`);
  for (const { name, table } of editable) {
    await tx.execute(sql`
      INSERT INTO ${table}
      SELECT made.*
        FROM ${edits} AS e,
             jsonb_populate_record(NULL::${table}, ${e.changes} || jsonb_build_object(
               'id', ${e.record_id}, '_synced_at', now(), '_hash', ${NO_DIGEST}::text, '_order', 0)) AS made
       WHERE ${e.resource} = ${name} AND ${e.operation} = 'create' AND NOT ${e.changes} ? 'action' AND ${e.state} IN (${UNSETTLED_STATES})
         AND NOT EXISTS (
           SELECT FROM ${edits} AS d
            WHERE ${d.resource} = ${e.resource} AND ${d.record_id} = ${e.record_id}
              AND ${d.operation} = 'delete' AND ${d.state} IN (${UNSETTLED_STATES}))
          ON CONFLICT (id) DO NOTHING`);
    await tx.execute(sql`
      SELECT pylon_sync._show_edits(${name}, array_agg(edited.record_id), array_agg(edited.first_id))
        FROM (SELECT ${col.record_id}, min(${col.id}) AS first_id FROM ${edits}
               WHERE ${col.resource} = ${name} AND ${col.operation} = 'update'
                 AND ${col.state} IN (${UNSETTLED_STATES})
               GROUP BY 1) AS edited HAVING count(*) > 0`);
  }
}
