import { fits } from './checks/fits.sql.ts';
import { refuseBlank } from './checks/refuse-blank.sql.ts';
import { refuseFieldValues } from './checks/refuse-field-values.sql.ts';
import { refuseImpossible } from './checks/refuse-impossible.sql.ts';
import { refuseUnknownChoice } from './checks/refuse-unknown-choice.sql.ts';
import { refuseUnknownRecords } from './checks/refuse-unknown-records.sql.ts';
import { refuseUnlisted } from './checks/refuse-unlisted.sql.ts';
import { fillId } from './fill-id.sql.ts';
import { inDaemonTransaction } from './in-daemon-transaction.sql.ts';
import { asOf } from './knowledge/as-of.sql.ts';
import { knownSince } from './knowledge/known-since.sql.ts';
import { listedRecently } from './knowledge/listed-recently.sql.ts';
import { mayList } from './knowledge/may-list.sql.ts';
import { named } from './knowledge/named.sql.ts';
import { validates } from './knowledge/validates.sql.ts';
import { choices } from './labels/choices.sql.ts';
import { readFieldValue } from './labels/read-field-value.sql.ts';
import { readFields } from './labels/read-fields.sql.ts';
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
  ...[readOption, choices, refuseOption, readFieldValue, readFields],
  ...[fits, refuseBlank, refuseUnlisted, refuseUnknownChoice, refuseUnknownRecords, refuseFieldValues],
  refuseImpossible,
];
