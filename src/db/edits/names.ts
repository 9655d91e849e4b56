import { sql } from 'drizzle-orm';
import type { MirrorTable, Resource } from '../../resources/define.ts';
import { resources } from '../../resources/index.ts';
import type { Executor } from '../connection/connect.ts';
import type { EditDetails } from './decisions.ts';

/** What people call the rows of a table with these ids, by id. Rows that the user does not see are missing. */
export async function namesIn(
  db: Executor,
  table: MirrorTable,
  column: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.execute<{ id: string; name: string }>(sql`
    SELECT id, ${sql.identifier(column)}::text AS name FROM ${table}
     WHERE id = ANY(${sql.param([...ids])}::text[]) AND ${sql.identifier(column)} IS NOT NULL`);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** The column by which people call a row: the number of those that have one, else the title. */
const nameColumn = ({ table, title }: Resource) => ('number' in table ? 'number' : title);

/**
 * What people call the record of each edit, by the edit's id: `#42` of an issue, the title of others. A record that was
 * deleted here has the name of its row before.
 */
export async function namesOf(
  db: Executor,
  edits: readonly EditDetails[],
): Promise<ReadonlyMap<number, string>> {
  const names = new Map<number, string>();
  for (const resource of resources) {
    const column = nameColumn(resource);
    const own = edits.filter((edit) => edit.resource === resource.name);
    if (column === undefined || own.length === 0) continue;
    const known = await namesIn(db, resource.table, column, [
      ...new Set(own.map(({ record_id }) => record_id)),
    ]);
    for (const { id, record_id, base, changes } of own) {
      const name = known.get(record_id) ?? base[column] ?? changes[column];
      if (name != null) names.set(id, column === 'number' ? `#${String(name)}` : String(name));
    }
  }
  return names;
}
