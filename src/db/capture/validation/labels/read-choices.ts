import type { Resource } from '../../../../resources/define.ts';
import { DEFINER_OF_ROW, IN_ROW, identifier, literal, tableOf } from '../../names.ts';
import { VALIDATING } from '../validating.ts';
import { labelOf } from './choices.sql.ts';

/** The columns of a resource whose values are choices, with the resources that define these. */
export const choicesOf = ({ writes }: Pick<Resource, 'writes'>): readonly (readonly [string, string])[] =>
  Object.entries(writes?.columns ?? {}).flatMap(([column, { choices }]) =>
    choices === undefined ? [] : [[column, choices] as const],
  );

/** SQL that reads a label. Most often the value is an id already, or exactly the label of one choice. */
function read([column, target]: readonly [string, string]): string {
  const value = IN_ROW.is(column);
  return `
  IF ${value} IS DISTINCT FROM ${IN_ROW.was(column)} AND ${VALIDATING} THEN
    meant := ARRAY(
      SELECT r.id
      FROM ${tableOf(target)} AS r
      WHERE (r.id = ${value} OR ${labelOf(target, 'r')} = ${value})
        AND r._deleted_at IS NULL
    );
    IF ${value} <> ALL (meant) AND cardinality(meant) <> 1 THEN
      meant := pylon_sync._read_option(pylon_sync._choices(${literal(target)}), ${value}, false);
    END IF;
    IF ${value} <> ALL (meant) AND cardinality(meant) = 1 THEN
      ${value} := meant[1];
    END IF;
  END IF;`;
}

/** The function that reads labels of choices as their ids. */
export const readChoices = (resource: Resource): string => `
CREATE OR REPLACE FUNCTION pylon_sync.${identifier(`_read_${resource.name}`)}()
RETURNS trigger
LANGUAGE plpgsql ${DEFINER_OF_ROW}
AS $$
DECLARE
  meant text[];
BEGIN${choicesOf(resource).map(read).join('')}
  RETURN NEW;
END $$`;
