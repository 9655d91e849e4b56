/** SQLSTATEs of the errors that triggers and functions raise: those that Postgres uses for similar errors. */
export const REFUSED = {
  /** A column or an operation that Pylon does not support. */
  unsupported: '0A000',
  /** A NULL that Pylon does not accept. */
  null: '23502',
  /** A provisional id that was used for another record. */
  taken: '23505',
  /** A value that Pylon does not accept. */
  value: '23514',
  /** An operation that `PYLON_SYNC_ALLOW` does not include. */
  notAllowed: '42501',
} as const;

/** SQLSTATEs of refused decisions about edits. */
export const UNDECIDABLE = {
  /** There is no such edit. */
  unknown: 'P0002',
  /** The edit's state does not allow it. */
  state: '55000',
  /** An argument has a value that the function does not take. */
  value: '22023',
} as const;
