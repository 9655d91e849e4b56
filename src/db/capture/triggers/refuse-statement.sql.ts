import { DEFINER } from '../names.ts';
import { REFUSED } from '../sqlstates.ts';

/** Refuses a statement. The trigger's argument is the reason, for people. */
export const refuseStatement = `
CREATE OR REPLACE FUNCTION pylon_sync._refuse_statement()
RETURNS trigger
LANGUAGE plpgsql ${DEFINER}
AS $$
BEGIN
  RAISE EXCEPTION '% of pylon.% is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
    USING
      ERRCODE = '${REFUSED.unsupported}',
      TABLE = TG_TABLE_NAME;
END $$`;
