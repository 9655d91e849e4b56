import { fillId } from './fill-id.sql.ts';
import { inDaemonTransaction } from './in-daemon-transaction.sql.ts';
import { asOf } from './knowledge/as-of.sql.ts';
import { knownSince } from './knowledge/known-since.sql.ts';
import { listedRecently } from './knowledge/listed-recently.sql.ts';
import { mayList } from './knowledge/may-list.sql.ts';
import { named } from './knowledge/named.sql.ts';
import { validates } from './knowledge/validates.sql.ts';
import { fieldDefinition } from './labels/field-definition.sql.ts';
import { optionSlug } from './labels/option-slug.sql.ts';
import { readOption } from './labels/read-option.sql.ts';
import { refuseOption } from './labels/refuse-option.sql.ts';
import { refuseFirst } from './refuse-first.sql.ts';

/**
 * Functions that say whether a statement may be made, and what is possible. A function in SQL comes after those that it
 * calls.
 */
export const validationFunctions: readonly string[] = [
  ...[inDaemonTransaction, refuseFirst, fillId],
  ...[validates, knownSince, listedRecently, asOf, mayList, named],
  ...[readOption, fieldDefinition, refuseOption, optionSlug],
];
