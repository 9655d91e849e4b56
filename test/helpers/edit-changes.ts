import type pg from 'pg';
import type { Change, Target } from './edit-plans.ts';

/** A value for a field, `n` being new; undefined where the flavour has none. */
export function valueFor(
  { holds }: Target,
  { flavour, pick }: Change,
  n: number,
  users: readonly string[],
): unknown {
  switch (holds) {
    case 'text':
      if (flavour === 'again') return `again ${pick % 2}`;
      return { new: `new ${n}`, untidy: `  untidy ${n} `, refused: '', none: `other ${n}` }[flavour];
    case 'state':
      return flavour === 'refused' ? 'no such state' : ['new', 'on_hold', 'closed'][pick % 3];
    case 'user':
      if (flavour === 'refused') return 'no such user';
      return flavour === 'none' ? null : users[pick % users.length];
    case 'number':
      return flavour === 'refused' ? `number ${n}` : `${n}`;
    case 'set':
      return ['a', 'b', 'c'][pick % 3];
  }
}

/** What others change of the same field. */
export function theirs(
  target: Target,
  object: Record<string, unknown>,
  change: Change,
  n: number,
  users: readonly string[],
) {
  const { field, holds } = target;
  const [column = '', slug] = field.split('.');
  const value = valueFor(target, { ...change, flavour: 'new' }, n, users);
  if (holds === 'set') {
    const held = Array.isArray(object.tags) ? object.tags : [];
    return { tags: held.includes(value) ? held.filter((one) => one !== value) : [...held, value] };
  }
  if (holds === 'user') return { [column.replace('_id', '')]: { id: value, email: null } };
  if (slug === undefined) return { [column]: `${holds === 'text' ? 'their ' : ''}${value}` };
  const fields = { ...(object.custom_fields as Record<string, unknown>) };
  return {
    custom_fields: { ...fields, [slug]: { slug, value: `${holds === 'text' ? 'their ' : ''}${value}` } },
  };
}

/** Changes a field in SQL. The edit that this captured; throws where the row changed and none was. */
export async function update(
  pool: pg.Pool,
  { resource, field, holds }: Target,
  id: string,
  value: unknown,
  { flavour }: Change,
): Promise<number | undefined> {
  const [column = '', slug] = field.split('.');
  const set =
    holds === 'set'
      ? `${flavour === 'none' ? 'array_remove' : 'array_append'}(array_remove(tags, $2), $2)`
      : slug === undefined
        ? '$2'
        : `custom_fields || jsonb_build_object('${slug}', $2::text)`;
  const client = await pool.connect();
  try {
    // What Pylon refuses must reach it.
    await client.query('BEGIN; SET LOCAL pylon_sync.validate = off');
    const shown = `SELECT ${column} AS value FROM pylon.${resource} WHERE id = $1`;
    const before = (await client.query(`${shown} FOR UPDATE`, [id])).rows[0];
    await client.query(`UPDATE pylon.${resource} SET ${column} = ${set} WHERE id = $1`, [id, value]);
    const after = (await client.query(shown, [id])).rows[0];
    const { rows } = await client.query(
      'SELECT id::integer FROM pylon_sync.edits WHERE txid = pg_current_xact_id()::text::bigint',
    );
    await client.query('COMMIT');
    const changed = JSON.stringify(before) !== JSON.stringify(after);
    if (changed !== (rows.length === 1)) throw new Error(`${resource} ${id} ${field}: ${rows.length} edits`);
    return rows[0]?.id;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
