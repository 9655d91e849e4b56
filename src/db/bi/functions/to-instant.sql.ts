import { DATE, IN_CALENDAR, TIME, ZONE } from './calendar.ts';
import { PURE } from './pure.ts';

/** The instant that a text is, without a zone in UTC, whoever reads it; NULL if it is none. */
export const toInstant = `
CREATE OR REPLACE FUNCTION pylon_bi.to_instant(given text)
RETURNS timestamptz
${PURE}
RETURN
  CASE WHEN $1 ~ '^${DATE}([T ]${TIME}${ZONE}?)?$' THEN
    CASE WHEN ${IN_CALENDAR}
    THEN
      CASE
        WHEN $1 ~ '[T ].*${ZONE}$' THEN $1::timestamptz
        ELSE $1::timestamp AT TIME ZONE 'UTC'
      END
    END
  END`;
