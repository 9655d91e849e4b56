import type { Resource } from '../../../resources/define.ts';
import { resources } from '../../../resources/index.ts';
import { literal, tableOf } from '../names.ts';
import { REFUSED } from '../sqlstates.ts';

/** How a record is found by what people know of it. */
interface Way {
  /** SQL: whether `asked.record_id` is such a name at all. */
  readonly fits: string;
  /** SQL: whether a row `r` has it, the strictest way first. */
  readonly has: readonly string[];
  /** The columns by which candidates are told apart. */
  readonly shown: string;
  readonly columns: readonly string[];
}

const WAYS: Readonly<Record<NonNullable<Resource['knownBy']>, Way>> = {
  number: {
    fits: "asked.record_id ~ '^#?[0-9]{1,18}$'",
    has: ["r.number = ltrim(asked.record_id, '#')::bigint"],
    shown: 'r.title',
    columns: ['id', 'number', 'title', '_deleted_at'],
  },
  email: {
    fits: "asked.record_id LIKE '%_@_%'",
    has: [
      '(r.email = asked.record_id OR asked.record_id = ANY (r.emails))',
      '(lower(r.email) = lower(asked.record_id) OR EXISTS (SELECT FROM unnest(r.emails) AS other WHERE lower(other) = lower(asked.record_id)))',
    ],
    shown: 'r.name',
    columns: ['id', 'email', 'emails', 'name', '_deleted_at'],
  },
};

/** How many candidates an error names. */
const NAMED = 5;

/** Statements that find one record of a resource, if the caller may read what that takes. */
function lookUp({ name, knownBy }: Resource): string {
  if (knownBy === undefined) return '';
  const { fits, has, shown, columns } = WAYS[knownBy];
  const table = tableOf(name);
  const readable = columns
    .map((column) => `has_column_privilege(${literal(table)}, ${literal(column)}, 'SELECT')`)
    .join(' AND ');
  const one = name.replace(/s$/, '');
  return `
    IF asked.resource = ${literal(name)} AND ${fits} THEN
      CONTINUE WHEN NOT (has_schema_privilege('pylon', 'USAGE') AND ${readable});
      CONTINUE WHEN EXISTS (SELECT FROM ${table} AS r WHERE r.id = asked.record_id);
${has
  .map(
    (condition) => `
      IF found_ids IS NULL THEN
        SELECT array_agg(r.id ORDER BY r.id), array_agg(concat_ws(' ', r.id, '(' || ${shown} || ')') ORDER BY r.id)
        INTO found_ids, candidates
        FROM ${table} AS r
        WHERE r._deleted_at IS NULL
          AND ${condition};
      END IF;`,
  )
  .join('')}
      IF found_ids IS NULL THEN
        RAISE EXCEPTION 'there is no ${one} "%" here', asked.record_id
          USING ERRCODE = '${REFUSED.value}';
      END IF;
      IF cardinality(found_ids) > 1 THEN
        RAISE EXCEPTION '% ${name.replaceAll('_', ' ')} are known by "%"', cardinality(found_ids), asked.record_id
          USING
            ERRCODE = '${REFUSED.value}',
            DETAIL = array_to_string(candidates[1:${NAMED}], ', ') || CASE WHEN cardinality(candidates) > ${NAMED} THEN ', ...' ELSE '' END,
            HINT = 'Give the id of the one that you mean.';
      END IF;
    END IF;`;
}

/**
 * Statements that replace what people know of a record, its number or its address, by its id, in `NEW.record_ids`. They
 * look as the caller, so that a record which the caller does not see is not found. They use the variables `asked`,
 * `found_ids` and `candidates`.
 */
export const FIND_KNOWN = `
  FOR asked IN
    SELECT DISTINCT n.resource, n.record_id
    FROM unnest(NEW.resources, NEW.record_ids) AS n(resource, record_id)
    WHERE NEW.spec ? 'resource'
  LOOP
    found_ids := NULL;${resources.map(lookUp).join('')}
    CONTINUE WHEN found_ids IS NULL;
    NEW.record_ids := ARRAY(
      SELECT CASE WHEN n.resource = asked.resource AND n.record_id = asked.record_id THEN found_ids[1] ELSE n.record_id END
      FROM unnest(NEW.resources, NEW.record_ids) WITH ORDINALITY AS n(resource, record_id, place)
      ORDER BY n.place
    );
  END LOOP;`;
