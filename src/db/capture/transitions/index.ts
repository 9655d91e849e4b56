import type { Resource } from '../../../resources/define.ts';
import { approve } from './approve.sql.ts';
import { decideEdits } from './decide-edits.sql.ts';
import { deleteAgain } from './delete-again.sql.ts';
import { dropEdits } from './drop-edits.sql.ts';
import { editsOver } from './known/edits-over.sql.ts';
import { knownRow } from './known/known-row.sql.ts';
import { knownRows } from './known/known-rows.sql.ts';
import { saveShadows } from './known/save-shadows.sql.ts';
import { showEdits } from './known/show-edits.sql.ts';
import { lockRecords } from './lock-records.sql.ts';
import { refuseUnlessIn } from './refuse-unless-in.sql.ts';
import { reviveEdits } from './revive-edits.sql.ts';
import { sendAgain } from './send-again.sql.ts';
import { sendForced } from './send-forced.sql.ts';
import { withdrawEdits } from './withdraw-edits.sql.ts';
import { withdrawUpdates } from './withdraw-updates.sql.ts';

/** The functions that change the states of edits and update their rows. The functions for people call these. */
export const transitionFunctions = (resources: readonly Resource[]): readonly string[] => [
  refuseUnlessIn,
  lockRecords,
  knownRows,
  knownRow,
  ...saveShadows,
  editsOver(resources),
  showEdits,
  withdrawUpdates,
  withdrawEdits,
  dropEdits,
  deleteAgain,
  reviveEdits(resources),
  sendAgain,
  sendForced,
  approve,
  decideEdits,
];
