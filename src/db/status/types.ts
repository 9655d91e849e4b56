import { sql } from 'drizzle-orm';
import { customObjects } from '../../resources/custom_objects.ts';
import type { Executor } from '../connection/connect.ts';
import { unknownTypes } from '../progress/types.ts';
import { readFollowedTypes } from '../workspace/followed-types.ts';

/** Types of custom objects that are not mirrored as they may be expected to be. */
export interface TypesStatus {
  /** Types that are followed, and that Pylon does not know; times are RFC 3339 in UTC. */
  readonly unknown: readonly { readonly type: string; readonly since: string }[];
  /** Types that live rows have, and that are not followed, in their order. */
  readonly unfollowed: readonly string[];
}

/** That rows are of types which nobody follows any more, as a sentence; undefined if none are. */
export const unfollowedInWords = ({ unfollowed }: TypesStatus): string | undefined =>
  unfollowed.length === 0
    ? undefined
    : `custom objects of type ${unfollowed.join(', ')}: PYLON_SYNC_CUSTOM_OBJECTS does not name them, so their rows stay as they are`;

const { name, table } = customObjects;

/** The types of live rows, in their order, each found by one step in the index. */
async function typesOfRows(db: Executor): Promise<readonly string[]> {
  const { rows } = await db.execute<{ type: string }>(sql`
    WITH RECURSIVE found AS (
      (SELECT type FROM ${table} WHERE type IS NOT NULL ORDER BY type LIMIT 1)
      UNION ALL
      SELECT (SELECT next.type FROM ${table} AS next WHERE next.type > found.type ORDER BY next.type LIMIT 1)
        FROM found WHERE found.type IS NOT NULL)
    SELECT type FROM found
     WHERE EXISTS (SELECT FROM ${table} AS row WHERE row.type = found.type AND row._deleted_at IS NULL)
     ORDER BY type`);
  return rows.map(({ type }) => type);
}

export async function readTypesStatus(db: Executor): Promise<TypesStatus> {
  const followed = await readFollowedTypes(db);
  if (followed === undefined) return { unknown: [], unfollowed: [] };
  const unknown = [...(await unknownTypes(db, name))].map(([type, since]) => ({ type, since }));
  return {
    unknown: unknown.filter(({ type }) => followed.includes(type)),
    unfollowed: (await typesOfRows(db)).filter((type) => !followed.includes(type)),
  };
}
