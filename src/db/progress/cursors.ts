import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';
import { cursors } from '../tables.ts';

/** The value of `pass` in a cursor whose pass has yet to begin, because the rows read earlier are lost. */
export const NOT_BEGUN = '';

/** The position of an enumeration. Only the enumeration itself knows its contents. */
export type Position = Readonly<Record<string, unknown>>;

/** The position last saved; undefined if the enumeration never began. */
export async function readCursor<P extends Position>(
  db: Executor,
  resource: string,
  scope: string,
): Promise<P | undefined> {
  const [row] = await db
    .select({ position: cursors.position })
    .from(cursors)
    .where(and(eq(cursors.resource, resource), eq(cursors.scope, scope)));
  return row?.position as P | undefined;
}

/** The positions last saved of a resource in some scopes, by scope; read together. */
export async function readScopes(
  db: Executor,
  resource: string,
  scopes: readonly string[],
): Promise<ReadonlyMap<string, Position>> {
  const rows = await db
    .select({ scope: cursors.scope, position: cursors.position })
    .from(cursors)
    .where(and(eq(cursors.resource, resource), inArray(cursors.scope, [...scopes])));
  return new Map(rows.map(({ scope, position }) => [scope, position as Position]));
}

/** The positions last saved of some resources in one scope, by resource; read together. */
export async function readCursorOfEach<P extends Position>(
  db: Executor,
  resources: readonly string[],
  scope: string,
): Promise<ReadonlyMap<string, P>> {
  const rows = await db
    .select({ resource: cursors.resource, position: cursors.position })
    .from(cursors)
    .where(and(inArray(cursors.resource, [...resources]), eq(cursors.scope, scope)));
  return new Map(rows.map(({ resource, position }) => [resource, position as P]));
}

/** All positions of a resource whose scope begins with `prefix`, in the order of their scopes. */
export async function readCursors<P extends Position>(
  db: Executor,
  resource: string,
  prefix: string,
): Promise<readonly { scope: string; position: P }[]> {
  const rows = await db
    .select({ scope: cursors.scope, position: cursors.position })
    .from(cursors)
    .where(and(eq(cursors.resource, resource), sql`starts_with(${cursors.scope}, ${prefix})`))
    .orderBy(cursors.scope);
  return rows as { scope: string; position: P }[];
}

/** Saves a position; must run in the transaction that stores what the position covers. */
export async function saveCursor(
  tx: Executor,
  resource: string,
  scope: string,
  position: Position,
): Promise<void> {
  await tx
    .insert(cursors)
    .values({ resource, scope, position })
    .onConflictDoUpdate({
      target: [cursors.resource, cursors.scope],
      set: { position, updated_at: sql`now()` },
    });
}

/** Deletes all positions of a resource whose scope begins with `prefix`. */
export async function dropCursors(tx: Executor, resource: string, prefix: string): Promise<void> {
  await tx
    .delete(cursors)
    .where(and(eq(cursors.resource, resource), sql`starts_with(${cursors.scope}, ${prefix})`));
}

/** Deletes the positions of these scopes. */
export async function dropEachCursor(
  tx: Executor,
  resource: string,
  scopes: readonly string[],
): Promise<void> {
  if (scopes.length === 0) return;
  await tx
    .delete(cursors)
    .where(
      and(eq(cursors.resource, resource), sql`${cursors.scope} = ANY(${sql.param([...scopes])}::text[])`),
    );
}
