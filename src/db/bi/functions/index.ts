import { plainText } from './plain-text.sql.ts';
import { refuseChange } from './refuse-change.sql.ts';
import { syncedUntil } from './synced-until.sql.ts';
import { toBoolean } from './to-boolean.sql.ts';
import { toDay } from './to-day.sql.ts';
import { toInstant } from './to-instant.sql.ts';
import { toNumber } from './to-number.sql.ts';
import { toTexts } from './to-texts.sql.ts';

/**
 * The functions that views call. Values of custom fields are texts: a function returns NULL for a text that is not of
 * its type.
 */
export const viewFunctions: readonly string[] = [
  refuseChange,
  toNumber,
  toBoolean,
  toDay,
  toInstant,
  toTexts,
  plainText,
  syncedUntil(),
];
