import { resources } from '../../../../resources/index.ts';
import { DEFINER_OF_ROW, identifier, literal, tableOf } from '../../names.ts';

/** Resources whose rows are the choices of a column. */
const targets = resources.filter(({ name }) =>
  resources.some(({ writes }) =>
    Object.values(writes?.columns ?? {}).some(({ choices }) => choices === name),
  ),
);

/** SQL: whether a choice is archived. Nobody chooses it by its label, and no error offers it. */
const isArchived = (target: string, alias: string) => {
  const table = targets.find(({ name }) => name === target)?.table;
  return table !== undefined && 'is_archived' in table ? `${alias}.is_archived IS TRUE` : 'false';
};

/** SQL: the label by which a choice is read; null if there is none. */
export function labelOf(target: string, alias: string): string {
  const { title = 'id' } = targets.find(({ name }) => name === target) ?? {};
  return `CASE WHEN NOT (${isArchived(target, alias)}) THEN ${alias}.${identifier(title)} END`;
}

const CASES = targets.map(
  ({ name }) => `WHEN ${literal(name)} THEN (
        SELECT jsonb_agg(jsonb_build_object('slug', r.id, 'label', ${labelOf(name, 'r')}, 'is_archived', ${isArchived(name, 'r')}) ORDER BY r.id)
        FROM ${tableOf(name)} AS r
        WHERE r._deleted_at IS NULL
      )`,
);

/** The choices that a resource defines, as `_read_option` takes them. One that is archived has no label to be read. */
export const choices = `
CREATE OR REPLACE FUNCTION pylon_sync._choices(target text)
RETURNS jsonb
LANGUAGE plpgsql STABLE ${DEFINER_OF_ROW}
AS $$
BEGIN
  RETURN coalesce(
    CASE target
      ${CASES.join('\n      ')}
    END,
    '[]'
  );
END $$`;
