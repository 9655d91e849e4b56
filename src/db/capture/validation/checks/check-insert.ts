import type { Resource } from '../../../../resources/define.ts';
import { DEFINER, identifier, literal, TRANSITION } from '../../names.ts';
import { rulesOf } from './rules.ts';

/** Rows that are looked at together. */
const BATCH = 1_000;

/** The function that refuses impossible values of all rows that an INSERT or a COPY has inserted. */
export const checkInsert = (resource: Resource): string => `
CREATE OR REPLACE FUNCTION pylon_sync.${identifier(`_check_insert_${resource.name}`)}()
RETURNS trigger
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  batch jsonb[];
BEGIN
  IF EXISTS (SELECT FROM ${TRANSITION.new}) THEN
    PERFORM pylon_sync._refuse_first('create');
  END IF;

  FOR batch IN
    SELECT array_agg(inserted.change)
    FROM (
      SELECT
        (row_number() OVER () - 1) / ${BATCH} AS part,
        jsonb_build_object(${Object.keys(rulesOf(resource))
          .map((column) => `${literal(column)}, r.${identifier(column)}`)
          .join(', ')}) AS change
      FROM ${TRANSITION.new} AS r
    ) AS inserted
    GROUP BY inserted.part
  LOOP
    PERFORM pylon_sync._refuse_impossible(${literal(resource.name)}, batch);
  END LOOP;
  RETURN NULL;
END $$`;
