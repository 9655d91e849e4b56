/** What ids begin with of records that Pylon does not have yet: it gives them theirs when they are created. */
export const PROVISIONAL = 'local-';
