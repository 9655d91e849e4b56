import { DATE, IN_CALENDAR } from './calendar.ts';
import { PURE } from './pure.ts';

/** The day that a text begins with; NULL if there is none. */
export const toDay = `
CREATE OR REPLACE FUNCTION pylon_bi.to_day(given text)
RETURNS date
${PURE}
RETURN
  CASE WHEN $1 ~ '^${DATE}($|[T ])' THEN
    CASE WHEN ${IN_CALENDAR}
    THEN
      make_date(substr($1, 1, 4)::integer, substr($1, 6, 2)::integer, substr($1, 9, 2)::integer)
    END
  END`;
