import { MOST_BYTES, MOST_FILES } from '../../../edits/files.ts';
import { DEFINER } from '../names.ts';
import { REFUSED } from '../sqlstates.ts';

const MIB = 1024 * 1024;

/**
 * The arguments of a call with the sizes of its files in the place of their contents, and their sum as `bytes`. Refuses
 * files that are too large, too many or empty.
 */
export const describeFiles = `
CREATE OR REPLACE FUNCTION pylon_sync._describe_files(call text, spec jsonb, arguments jsonb, files bytea[])
RETURNS jsonb
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
DECLARE
  name text := spec ->> 'file';
  sizes jsonb;
  total bigint;
  fault text;
BEGIN
  IF name IS NULL THEN
    RETURN arguments;
  END IF;
  IF files IS NULL THEN
    RETURN arguments - name;
  END IF;

  SELECT
    jsonb_agg(jsonb_build_object('bytes', octet_length(content)) ORDER BY place),
    coalesce(sum(octet_length(content)), 0),
    CASE
      WHEN count(*) = 0 THEN 'at least one file'
      WHEN count(*) > ${MOST_FILES} THEN 'at most ${MOST_FILES} files'
      WHEN coalesce(min(octet_length(content)), 0) = 0 OR count(content) < count(*) THEN 'files that are not empty'
      WHEN sum(octet_length(content)) > ${MOST_BYTES} THEN 'at most ${MOST_BYTES / MIB} MiB'
    END
  INTO sizes, total, fault
  FROM unnest(files) WITH ORDINALITY AS one(content, place);

  IF fault IS NOT NULL THEN
    RAISE EXCEPTION '% of pylon.% takes %', name, call, fault
      USING ERRCODE = '${REFUSED.value}';
  END IF;
  RETURN arguments || jsonb_build_object(
    name,
    CASE
      WHEN jsonb_path_exists(spec, '$.parameters[*] ? (@.name == $name && @.type == "bytea")', jsonb_build_object('name', name))
      THEN sizes -> 0
      ELSE sizes
    END
  );
END $$`;
