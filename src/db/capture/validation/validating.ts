/** SQL: whether values are read and refused here: not if the session has set `pylon_sync.validate` to off. */
export const VALIDATING =
  "coalesce(lower(current_setting('pylon_sync.validate', true)) NOT IN ('off', 'false', 'no', '0'), true)";
