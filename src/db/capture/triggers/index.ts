import { afterEdits } from './after-edits.sql.ts';
import { captureDelete } from './capture-delete.sql.ts';
import { draftTriggerEdits } from './draft-trigger-edits.sql.ts';
import { editGuard } from './edit-guard.sql.ts';
import { editsQueued } from './edits-queued.sql.ts';
import { eraseFiles } from './erase-files.sql.ts';
import { keepAsTexts } from './keep-as-texts.sql.ts';
import { madeSince } from './made-since.sql.ts';
import { moveLast } from './move-last.sql.ts';
import { notifyWork } from './notify-work.sql.ts';
import { queueEdit } from './queue-edit.sql.ts';
import { refuseCircle } from './refuse-circle.sql.ts';
import { refuseStatement } from './refuse-statement.sql.ts';
import { refuseUnlessAllowed } from './refuse-unless-allowed.sql.ts';
import { refuseUpdate } from './refuse-update.sql.ts';
import { setting } from './setting.sql.ts';
import { skipGone } from './skip-gone.sql.ts';
import { stamp } from './stamp.sql.ts';
import { tellRealIds } from './tell-real-ids.sql.ts';

/** The functions that the triggers of all tables share. A function in SQL comes after those that it calls. */
export const triggerFunctions: readonly string[] = [
  setting,
  refuseUnlessAllowed,
  skipGone,
  tellRealIds,
  stamp,
  keepAsTexts,
  editGuard,
  refuseUpdate,
  refuseStatement,
  captureDelete,
  editsQueued,
  draftTriggerEdits,
  afterEdits,
  queueEdit,
  moveLast,
  madeSince,
  refuseCircle,
  notifyWork,
  eraseFiles,
];
