/** Whether an issue was rated, over its columns. */
export const RATED = "csat_responses <> '[]'";

/**
 * Whether its ratings stand in an index, as those of nearly every issue do. A row of an index takes 2,700 bytes at the most, and jsonb
 * several times as many as its text.
 */
export const SHORT = 'octet_length(csat_responses::text) < 300';

/** Whether they do not. */
export const LONG = 'octet_length(csat_responses::text) >= 300';
