import { DEFINER } from '../names.ts';

/** Makes the row show custom fields at once as Pylon will store them. Values that Pylon refuses are refused later. */
export const keepAsTexts = `
CREATE OR REPLACE FUNCTION pylon_sync._keep_as_texts()
RETURNS trigger
LANGUAGE plpgsql ${DEFINER}
AS $$
BEGIN
  NEW.custom_fields := pylon_sync._texts_in(
    CASE TG_OP WHEN 'UPDATE' THEN OLD.custom_fields END,
    NEW.custom_fields
  );
  RETURN NEW;
END $$`;
