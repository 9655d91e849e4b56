/** Regular expression: a day of the calendar, but for the length of its month. */
export const DATE = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';

/** Regular expression: a time of day. Postgres accepts no text of more than 128 characters as a time. */
export const TIME = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,40})?)?';

/** Regular expression: a time zone, in the range that Postgres accepts. */
export const ZONE = '(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)';

/** SQL: whether a text that begins with a `DATE` is a day of the calendar, and not the zero time, which means none. */
export const IN_CALENDAR = `substr($1, 1, 4) <> '0000'
      AND substr($1, 1, 10) <> '0001-01-01'
      AND substr($1, 9, 2)::integer <= extract(
        day FROM make_date(substr($1, 1, 4)::integer, substr($1, 6, 2)::integer, 1) + interval '1 month - 1 day'
      )`;
