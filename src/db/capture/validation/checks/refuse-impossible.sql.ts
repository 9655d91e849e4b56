import { DEFINER, literal } from '../../names.ts';
import { rulesByResource } from './rules.ts';

/**
 * Refuses values that Pylon would refuse, of several edits of one resource at once: each distinct value is looked at once.
 * `changes` are the edits' columns with their new values.
 */
export const refuseImpossible = `
CREATE OR REPLACE FUNCTION pylon_sync._refuse_impossible(resource text, changes jsonb[])
RETURNS void
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
DECLARE
  rules jsonb := ${literal(JSON.stringify(rulesByResource()))}::jsonb -> resource;
  given record;
BEGIN
  IF NOT pylon_sync._validates() THEN
    RETURN;
  END IF;

  FOR given IN
    SELECT
      value.name,
      format('column "%s" of pylon.%s', value.name, resource) AS what,
      rules -> value.name AS rule,
      array_agg(value.content) AS contents
    FROM (
      SELECT DISTINCT c.key AS name, c.value AS content
      FROM (SELECT DISTINCT change FROM unnest(changes) AS given(change)) AS edit
      CROSS JOIN LATERAL jsonb_each(edit.change) AS c
      WHERE rules ? c.key
        AND c.value NOT IN ('null', '[]', '{}')
    ) AS value
    GROUP BY value.name
  LOOP
    CASE given.rule ->> 'check'
      WHEN 'title' THEN
        PERFORM pylon_sync._refuse_blank(given.what, given.name, given.contents);
      WHEN 'values' THEN
        PERFORM pylon_sync._refuse_unlisted(given.what, given.name, given.rule -> 'values', given.contents);
      WHEN 'members' THEN
        PERFORM pylon_sync._refuse_unlisted(
          format('"%s" of %s', member.key, given.what),
          given.name,
          member.value,
          (SELECT array_agg(content -> member.key) FROM unnest(given.contents) AS content)
        )
        FROM jsonb_each(given.rule -> 'members') AS member;
      WHEN 'choice' THEN
        PERFORM pylon_sync._refuse_unknown_choice(given.what, given.name, given.rule ->> 'of', given.contents);
      WHEN 'records' THEN
        PERFORM pylon_sync._refuse_unknown_records(given.what, given.name, given.rule ->> 'of', given.contents);
      WHEN 'fields' THEN
        PERFORM pylon_sync._refuse_field_values(resource, given.rule ->> 'of', given.contents);
    END CASE;
  END LOOP;
END $$`;
