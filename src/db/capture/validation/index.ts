import { fillId } from './fill-id.sql.ts';
import { inDaemonTransaction } from './in-daemon-transaction.sql.ts';
import { refuseFirst } from './refuse-first.sql.ts';

/** Functions that say whether a statement may be made, and what is possible. */
export const validationFunctions: readonly string[] = [inDaemonTransaction, refuseFirst, fillId];
