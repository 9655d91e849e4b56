import type { Resource } from '../../../../resources/define.ts';
import { setsOf } from '../../merge/values.ts';
import { DEFINER } from '../../names.ts';
import { unsettledOf } from './unsettled-of.ts';

/**
 * For records with unsettled edits: the columns that these change, with their values over `onto`, which are the rows, or
 * the columns of them that edits are merged with (`_shown_columns`). The edits before `first_ids` are left out.
 */
export const editsOver = (resources: readonly Resource[]): string => `
CREATE OR REPLACE FUNCTION pylon_sync._edits_over(
  resource text,
  record_ids text[],
  first_ids bigint[],
  onto jsonb[]
)
RETURNS TABLE (record_id text, after jsonb)
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
DECLARE
  merged text[] := ${setsOf(resources)} || '{custom_fields}';
  one record;
BEGIN
  FOR one IN
    SELECT
      asked.place,
      array_agg(e.base ORDER BY e.id) AS bases,
      array_agg(e.changes ORDER BY e.id) AS wanted
    FROM unnest(_edits_over.record_ids, _edits_over.first_ids) WITH ORDINALITY AS asked(record_id, first_id, place)
    CROSS JOIN ${unsettledOf({ resource: '_edits_over.resource', record: 'asked.record_id' }, 'o.id >= asked.first_id')} AS e
    GROUP BY asked.place
  LOOP
    record_id := record_ids[one.place];
    after := '{}';
    FOR i IN 1 .. cardinality(one.wanted) LOOP
      -- What is merged with nothing needs no call.
      after := after || CASE
        WHEN one.wanted[i] ?| merged
        THEN pylon_sync._changed_columns(resource, one.bases[i], one.wanted[i], onto[one.place] || after)
        ELSE one.wanted[i]
      END;
    END LOOP;
    RETURN NEXT;
  END LOOP;
END $$`;
