import { approve } from './approve.sql.ts';
import { columnsBefore } from './columns-before.sql.ts';
import { decideEdits } from './decide-edits.sql.ts';
import { deleteAgain } from './delete-again.sql.ts';
import { dropEdits } from './drop-edits.sql.ts';
import { knownRow } from './known-row.sql.ts';
import { lockRecords } from './lock-records.sql.ts';
import { refuseUnlessIn } from './refuse-unless-in.sql.ts';
import { saveShadows } from './save-shadows.sql.ts';
import { sendAgain } from './send-again.sql.ts';
import { sendForced } from './send-forced.sql.ts';
import { showEdits } from './show-edits.sql.ts';
import { withdrawEdit } from './withdraw-edit.sql.ts';

/** The functions that change the states of edits and update their rows. The functions for people call these. */
export const transitionFunctions: readonly string[] = [
  refuseUnlessIn,
  lockRecords,
  columnsBefore,
  knownRow,
  saveShadows,
  showEdits,
  withdrawEdit,
  dropEdits,
  deleteAgain,
  sendAgain,
  sendForced,
  approve,
  decideEdits,
];
