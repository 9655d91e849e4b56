import type { Parameter } from '../../../resources/actions.ts';
import { DEFINER, literal } from '../names.ts';
import { shapeOf } from '../queueing/shapes.ts';
import { REFUSED } from '../sqlstates.ts';

/** SQL: what a value of a parameter must be, for error messages. */
const takes = (type: Parameter['type']): string => literal(shapeOf('', type)?.takes ?? '');

const NO_INSTANT = shapeOf('instant', 'timestamptz')?.unless ?? 'false';

/** The arguments of a call. Refuses missing ones, and values that Pylon does not accept. */
export const checkedArguments = `
CREATE OR REPLACE FUNCTION pylon_sync._checked_arguments(call text, spec jsonb, given jsonb)
RETURNS jsonb
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
DECLARE
  checked jsonb := '{}';
  parameter record;
  value jsonb;
  instant timestamptz;
  fault text;
BEGIN
  FOR parameter IN
    SELECT p.*
    FROM jsonb_to_recordset(spec -> 'parameters') AS p(name text, type text, optional boolean)
  LOOP
    value := given -> parameter.name;
    IF coalesce(value, 'null') = 'null' THEN
      CONTINUE WHEN parameter.optional;
      RAISE EXCEPTION '% of pylon.% is missing', parameter.name, call
        USING ERRCODE = '${REFUSED.null}';
    END IF;

    fault := NULL;
    CASE parameter.type
      WHEN 'timestamptz' THEN
        instant := value #>> '{}';
        IF (${NO_INSTANT}) THEN
          fault := ${takes('timestamptz')};
        ELSE
          value := to_jsonb(to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
        END IF;
      WHEN 'text[]' THEN
        IF jsonb_typeof(value) <> 'array'
          OR jsonb_path_exists(value, 'strict $[*] ? (@.type() != "string")')
        THEN
          fault := ${takes('text[]')};
        END IF;
      WHEN 'jsonb' THEN
        IF jsonb_typeof(value) = 'string' THEN
          value := (value #>> '{}')::jsonb;
        END IF;
        IF jsonb_typeof(value) <> 'object' THEN
          fault := ${takes('jsonb')};
        END IF;
      WHEN 'boolean' THEN
        IF jsonb_typeof(value) <> 'boolean' THEN
          fault := 'true or false';
        END IF;
      ELSE
        IF jsonb_typeof(value) <> 'string' THEN
          fault := 'a text';
        END IF;
    END CASE;

    IF fault IS NOT NULL THEN
      RAISE EXCEPTION '% of pylon.% takes %', parameter.name, call, fault
        USING ERRCODE = '${REFUSED.value}';
    END IF;
    checked := checked || jsonb_build_object(parameter.name, value);
  END LOOP;

  -- If every parameter but the record is optional, at least one must be given: otherwise the call asks for nothing.
  IF checked = jsonb_build_object(spec ->> 'record', checked -> (spec ->> 'record'))
    AND jsonb_array_length(spec -> 'parameters') > 1
  THEN
    RAISE EXCEPTION 'pylon.% needs at least one of %',
        call,
        (
          SELECT string_agg(p ->> 'name', ' or ')
          FROM jsonb_path_query(spec, '$.parameters[1 to last]') AS p
        )
      USING ERRCODE = '${REFUSED.null}';
  END IF;
  RETURN checked;
END $$`;
