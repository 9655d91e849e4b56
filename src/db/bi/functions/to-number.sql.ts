import { PURE } from './pure.ts';

const NUMBER = '^\\s*[+-]?([0-9]{1,100}([.][0-9]{0,100})?|[.][0-9]{1,100})(e[+-]?[0-9]{1,2})?\\s*$';

/** The number that a text is, below 1e20 and rounded to 18 places; NULL if it is none. */
export const toNumber = `
CREATE OR REPLACE FUNCTION pylon_bi.to_number(given text)
RETURNS numeric
${PURE}
RETURN
  CASE WHEN $1 ~ '${NUMBER}' THEN
    CASE WHEN abs($1::numeric) < 1e20 THEN
      CASE WHEN scale($1::numeric) > 18 THEN round($1::numeric, 18) ELSE $1::numeric END
    END
  END`;
