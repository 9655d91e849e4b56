import { FILES } from '../../../resources/actions.ts';
import { DEFINER } from '../names.ts';

/** Refuses arguments of a call that name records which do not exist, as far as the mirror knows. */
export const refuseUnknownArguments = `
CREATE OR REPLACE FUNCTION pylon_sync._refuse_unknown_arguments(call text, spec jsonb, arguments jsonb)
RETURNS void
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
DECLARE
  named record;
BEGIN
  IF NOT pylon_sync._validates() THEN
    RETURN;
  END IF;

  FOR named IN
    SELECT r.resource, r.path[1] AS name, r.path[3] AS member, array_agg(to_jsonb(r.record_id)) AS ids
    FROM pylon_sync._records_in(spec, arguments) AS r
    WHERE r.path[1] IS DISTINCT FROM spec ->> 'record'
      AND r.resource <> '${FILES}'
    GROUP BY 1, 2, 3
  LOOP
    PERFORM pylon_sync._refuse_unknown_records(
      format('%s of pylon.%s', concat_ws('[].', named.name, named.member), call),
      named.name,
      named.resource,
      named.ids
    );
  END LOOP;

  IF spec ? 'makes' THEN
    PERFORM pylon_sync._refuse_impossible(spec ->> 'resource', ARRAY[arguments]);
  END IF;
END $$`;
