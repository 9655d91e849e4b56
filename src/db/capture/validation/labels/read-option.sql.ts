import { DEFINER_OF_ROW } from '../../names.ts';

/**
 * The slugs of the options that a word can mean: one if it is clear, several if they have the same label, none if
 * nothing fits. A word is a slug, else a label, else a label but for upper and lower case; with `label_first` it is a
 * label before it is a slug. Case is compared as the database's locale has it, and as ASCII has it.
 *
 * `options` is a list of objects with `slug` and `label`.
 */
export const readOption = `
CREATE OR REPLACE FUNCTION pylon_sync._read_option(options jsonb, word text, label_first boolean)
RETURNS text[]
LANGUAGE plpgsql IMMUTABLE ${DEFINER_OF_ROW}
AS $$
BEGIN
  IF NOT label_first AND options @> jsonb_build_array(jsonb_build_object('slug', word)) THEN
    RETURN ARRAY[word];
  END IF;

  RETURN coalesce(
    (
      SELECT array_agg(DISTINCT option.slug ORDER BY option.slug)
      FROM (
        SELECT one ->> 'slug' AS slug, one ->> 'label' AS label
        FROM jsonb_array_elements(options) AS one
      ) AS option
      CROSS JOIN LATERAL (
        VALUES
          (1, label_first AND option.label = word),
          (2, option.slug = word),
          (3, option.label = word),
          (4, lower(option.label) = lower(word) OR lower(option.label COLLATE "C") = lower(word COLLATE "C"))
      ) AS step(place, fits)
      WHERE step.fits
        AND option.slug IS NOT NULL
      GROUP BY step.place
      ORDER BY count(DISTINCT option.slug) <> 1, step.place
      LIMIT 1
    ),
    '{}'
  );
END $$`;
