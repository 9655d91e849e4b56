import type { Parameter } from '../../../resources/actions.ts';
import { DEFINER, literal } from '../names.ts';
import { shapeOf } from '../queueing/shapes.ts';
import { REFUSED } from '../sqlstates.ts';

/** SQL: what a value of a parameter must be, for error messages. */
const takes = (type: Parameter['type']): string => literal(shapeOf('', type)?.takes ?? '');

const NO_INSTANT = shapeOf('instant', 'timestamptz')?.unless ?? 'false';

/**
 * The arguments of a call. Refuses missing ones, and values that Pylon does not accept. `inside` is where they are in an
 * argument that is an object or a list of objects: `messages[2].`
 */
export const checkedArguments = `
CREATE OR REPLACE FUNCTION pylon_sync._checked_arguments(call text, spec jsonb, given jsonb, inside text)
RETURNS jsonb
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
DECLARE
  checked jsonb := '{}';
  parameter record;
  named text;
  value jsonb;
  instant timestamptz;
  fault text;
  unknown text;
  names text[];
BEGIN
  FOR parameter IN
    SELECT p.*
    FROM jsonb_to_recordset(spec -> 'parameters') AS p(name text, type text, optional boolean, many boolean, fields boolean, url boolean, members jsonb, apart jsonb)
  LOOP
    value := given -> parameter.name;
    named := inside || parameter.name;
    IF coalesce(value, 'null') = 'null' THEN
      CONTINUE WHEN parameter.optional;
      RAISE EXCEPTION '% of pylon.% is missing', named, call
        USING ERRCODE = '${REFUSED.null}';
    END IF;

    fault := NULL;
    CASE parameter.type
      WHEN 'timestamptz' THEN
        BEGIN
          instant := value #>> '{}';
        EXCEPTION
          WHEN invalid_datetime_format OR datetime_field_overflow THEN
            instant := '-infinity';
        END;
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
        IF parameter.many THEN
          IF jsonb_typeof(value) <> 'array'
            OR jsonb_path_exists(value, 'strict $[*] ? (@.type() != "object")')
          THEN
            fault := 'a list of objects';
          ELSIF value = '[]' THEN
            fault := 'at least one object';
          END IF;
        ELSIF jsonb_typeof(value) <> 'object' THEN
          fault := ${takes('jsonb')};
        ELSIF parameter.fields
          AND jsonb_path_exists(value, 'strict $.* ? (@.type() == "object" || (@.type() == "array" && exists (@[*] ? (@.type() != "string"))))')
        THEN
          fault := 'an object with a text, or a list of texts, for each slug';
        END IF;
      WHEN 'bytea', 'bytea[]' THEN
        NULL;
      WHEN 'boolean' THEN
        IF jsonb_typeof(value) <> 'boolean' THEN
          fault := 'true or false';
        END IF;
      WHEN 'bigint' THEN
        IF value #>> '{}' !~ '^[1-9][0-9]{0,17}$' THEN
          fault := 'a whole number above 0';
        ELSE
          value := to_jsonb((value #>> '{}')::bigint);
        END IF;
      ELSE
        IF jsonb_typeof(value) <> 'string' THEN
          fault := 'a text';
        ELSIF parameter.optional IS NOT TRUE AND value #>> '{}' !~ '[^[:space:]]' AND spec ? 'makes' THEN
          fault := 'a text that is not empty';
        ELSIF parameter.url AND value #>> '{}' !~ '^https?://[^[:space:]]+$' THEN
          fault := 'an address that begins with https://';
        END IF;
    END CASE;

    IF fault IS NOT NULL THEN
      RAISE EXCEPTION '% of pylon.% takes %', named, call, fault
        USING ERRCODE = '${REFUSED.value}';
    END IF;
    IF parameter.members IS NOT NULL THEN
      value := CASE
        WHEN parameter.many THEN (
          SELECT jsonb_agg(
            pylon_sync._checked_arguments(
              call,
              jsonb_build_object('parameters', parameter.members, 'apart', parameter.apart),
              one.content,
              format('%s[%s].', named, one.place)
            )
            ORDER BY one.place
          )
          FROM jsonb_array_elements(value) WITH ORDINALITY AS one(content, place)
        )
        ELSE pylon_sync._checked_arguments(
          call,
          jsonb_build_object('parameters', parameter.members, 'apart', parameter.apart),
          value,
          named || '.'
        )
      END;
    END IF;
    checked := checked || jsonb_build_object(parameter.name, value);
  END LOOP;

  -- Pylon ignores fields that it does not know.
  IF inside <> '' THEN
    SELECT min(key)
    INTO unknown
    FROM jsonb_object_keys(given) AS key
    WHERE NOT jsonb_path_exists(spec, '$.parameters[*] ? (@.name == $key)', jsonb_build_object('key', key));
    IF unknown IS NOT NULL THEN
      RAISE EXCEPTION '% of pylon.% is not known', inside || unknown, call
        USING
          ERRCODE = '${REFUSED.value}',
          HINT = format(
            'It takes %s.',
            (SELECT string_agg(p #>> '{}', ', ') FROM jsonb_path_query(spec, '$.parameters[*].name') AS p)
          );
    END IF;
    IF (SELECT count(*) > 1 FROM jsonb_array_elements_text(coalesce(nullif(spec -> 'apart', 'null'), '[]')) AS name WHERE checked ? name) THEN
      RAISE EXCEPTION '%: pylon.% takes one of % at most', rtrim(inside, '.'), call, (
          SELECT string_agg(name, ' and ') FROM jsonb_array_elements_text(spec -> 'apart') AS name
        )
        USING ERRCODE = '${REFUSED.value}';
    END IF;
    RETURN checked;
  END IF;

  IF spec ? 'one_of' THEN
    SELECT array_agg(name)
    INTO names
    FROM jsonb_array_elements_text(spec -> 'one_of') AS name;
    IF (SELECT count(*) <> 1 FROM unnest(names) AS name WHERE checked ? name) THEN
      RAISE EXCEPTION 'pylon.% takes either %', call, array_to_string(names, ' or ')
        USING ERRCODE = '${REFUSED.null}';
    END IF;
  END IF;

  SELECT min(need.value)
  INTO unknown
  FROM jsonb_each_text(coalesce(spec -> 'needs', '{}')) AS need
  WHERE checked ? need.key
    AND NOT checked ? need.value;
  IF unknown IS NOT NULL THEN
    RAISE EXCEPTION '% of pylon.% is missing', unknown, call
      USING ERRCODE = '${REFUSED.null}';
  END IF;

  SELECT min(name)
  INTO unknown
  FROM jsonb_array_elements_text(coalesce(spec -> 'as_many', '[]')) AS name
  WHERE checked ? name
    AND jsonb_array_length(checked -> name) <> jsonb_array_length(checked -> (spec -> 'as_many' ->> 0));
  IF unknown IS NOT NULL THEN
    RAISE EXCEPTION '% of pylon.% has another number of elements than %', unknown, call, spec -> 'as_many' ->> 0
      USING ERRCODE = '${REFUSED.value}';
  END IF;

  -- If every parameter but the record is optional, at least one must be given: otherwise the call asks for nothing.
  IF spec ? 'record'
    AND checked - (spec ->> 'record') = '{}'
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
