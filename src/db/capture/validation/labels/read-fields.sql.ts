import { DEFINER_OF_ROW } from '../../names.ts';
import { VALIDATING } from '../validating.ts';
import { definitionOf } from './definition.ts';

/**
 * Reads labels among the custom fields that a statement gives. The trigger's argument: the kind of the row. What most often
 * stands there, the slug of a select, is left as it is without a call.
 */
export const readFields = `
CREATE OR REPLACE FUNCTION pylon_sync._read_fields()
RETURNS trigger
LANGUAGE plpgsql ${DEFINER_OF_ROW}
AS $$
DECLARE
  stood jsonb := CASE TG_OP WHEN 'UPDATE' THEN OLD.custom_fields END;
  field record;
BEGIN
  IF NOT ${VALIDATING} THEN
    RETURN NEW;
  END IF;

  FOR field IN
    SELECT given.key AS slug, given.value, definition.type, definition.options
    FROM jsonb_each(NEW.custom_fields) AS given
    CROSS JOIN LATERAL (${definitionOf('TG_ARGV[0]', 'given.key')}
    ) AS definition
    WHERE given.value IS DISTINCT FROM stood -> given.key
      AND given.value NOT IN ('null', '""', '[]')
      AND definition.options IS NOT NULL
      AND NOT (
        definition.type = 'select'
        AND definition.options @> jsonb_build_array(jsonb_build_object('slug', given.value))
      )
  LOOP
    NEW.custom_fields := NEW.custom_fields || jsonb_build_object(
      field.slug,
      pylon_sync._read_field_value(field.type, field.options, field.value)
    );
  END LOOP;
  RETURN NEW;
END $$`;
