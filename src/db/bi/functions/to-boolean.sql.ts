import { PURE } from './pure.ts';

/** The boolean that a text is; NULL if it is none. */
export const toBoolean = `
CREATE OR REPLACE FUNCTION pylon_bi.to_boolean(given text)
RETURNS boolean
${PURE}
RETURN
  CASE lower($1)
    WHEN 'true' THEN true
    WHEN 'false' THEN false
  END`;
