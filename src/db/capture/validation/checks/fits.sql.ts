import { PURE } from '../../merge/values.ts';

const NUMBER = '[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?';
const DAY = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
const TIME = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]+)?)?';
const ZONE = '([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)';

/**
 * Whether a text can be the value of a custom field of a type. It refuses only what is of no form of the type, since Pylon
 * does not document which forms it takes. A day must be in the calendar.
 */
export const fits = `
CREATE OR REPLACE FUNCTION pylon_sync._fits(field_type text, word text)
RETURNS boolean
${PURE}
AS $$
  SELECT CASE
    WHEN field_type IN ('number', 'decimal') THEN word ~ '^ *${NUMBER} *$'
    WHEN field_type = 'boolean' THEN lower(word COLLATE "C") IN ('true', 'false')
    WHEN field_type IN ('date', 'datetime') IS NOT TRUE THEN true
    WHEN word !~ '^${DAY}([Tt ]${TIME}${ZONE}?)?$' OR starts_with(word, '0000') THEN false
    ELSE substr(word, 9, 2)::integer <= extract(
      DAY FROM make_date(substr(word, 1, 4)::integer, substr(word, 6, 2)::integer, 1) + interval '1 month - 1 day'
    )
  END
$$`;
