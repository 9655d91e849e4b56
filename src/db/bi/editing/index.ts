import { dayText } from './day-text.sql.ts';
import { edited } from './edited.sql.ts';
import { instantText } from './instant-text.sql.ts';
import { optionSlug } from './option-slug.sql.ts';
import { optionSlugs } from './option-slugs.sql.ts';
import { referred } from './referred.sql.ts';
import { slugAlone } from './slug-alone.sql.ts';
import { withValue } from './with-value.sql.ts';
import { writeRows } from './write-rows.sql.ts';

/** The functions that the triggers of editable views share, each after those that it calls. */
export const editingFunctions: readonly string[] = [
  optionSlug,
  optionSlugs,
  slugAlone,
  dayText,
  instantText,
  referred,
  withValue,
  writeRows,
  edited,
];
