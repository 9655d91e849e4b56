import { resources } from '../../../../resources/index.ts';
import { DEFINER, literal } from '../../names.ts';
import { definitionOf } from './definition.ts';

const CASES = resources
  .filter(({ customFields }) => customFields !== undefined)
  .map(({ name, customFields }) => `WHEN ${literal(customFields?.kind ?? '')} THEN ${literal(name)}`);

/**
 * The slug of the option that a word means, for a custom field with options; null if nothing is known of the field. A
 * word that means none, or several, is refused, naming those that there are; it is returned as it is if the session
 * has set `pylon_sync.validate` to off, or the definitions cannot be trusted.
 */
export const optionSlug = `
CREATE OR REPLACE FUNCTION pylon_sync._option_slug(object_type text, field_slug text, given text, label_first boolean)
RETURNS text
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
DECLARE
  options jsonb := (SELECT d.options FROM (${definitionOf('_option_slug.object_type', '_option_slug.field_slug')}
  ) AS d);
  meant text[];
  since timestamptz;
BEGIN
  IF options IS NULL OR given IS NULL THEN
    RETURN NULL;
  END IF;
  IF given = '' THEN
    RETURN given;
  END IF;

  meant := pylon_sync._read_option(options, given, label_first);
  IF cardinality(meant) = 1 THEN
    RETURN meant[1];
  END IF;

  since := pylon_sync._known_since('custom_fields');
  IF since IS NOT NULL AND pylon_sync._validates() THEN
    PERFORM pylon_sync._refuse_option(
      format(
        'custom field "%s" of pylon.%s',
        field_slug,
        CASE object_type ${CASES.join(' ')} ELSE object_type END
      ),
      given,
      meant,
      options,
      'custom_fields',
      since,
      'custom_fields'
    );
  END IF;
  RETURN given;
END $$`;
