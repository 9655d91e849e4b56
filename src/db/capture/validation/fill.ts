import type { Resource } from '../../../resources/define.ts';
import type { Fill } from '../../../resources/writes.ts';
import { DEFINER_OF_ROW, IN_ROW, identifier } from '../names.ts';

/** The function that fills in values which follow from others of the row. */
export const fillFunction = ({ name }: Pick<Resource, 'name'>, fills: readonly Fill[]): string => `
CREATE OR REPLACE FUNCTION pylon_sync.${identifier(`_fill_${name}`)}()
RETURNS trigger
LANGUAGE plpgsql ${DEFINER_OF_ROW}
AS $$
BEGIN${fills
  .map(
    ({ column, when, value }) => `
  IF ${when(IN_ROW)} THEN
    NEW.${identifier(column)} := ${value(IN_ROW)};
  END IF;`,
  )
  .join('')}
  RETURN NEW;
END $$`;

/** SQL: whether an UPDATE changes a column from which a value follows. */
export const callsForFill = (fills: readonly Fill[]): string =>
  fills
    .flatMap(({ from }) => from)
    .map((column) => `${IN_ROW.was(column)} IS DISTINCT FROM ${IN_ROW.is(column)}`)
    .join(' OR ');
