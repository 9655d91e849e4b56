import { literal } from '../names.ts';
import { answer } from './answer.sql.ts';
import { checkedArguments } from './checked-arguments.sql.ts';
import { describeFiles } from './describe-files.sql.ts';
import { editGives } from './edit-gives.sql.ts';
import { look } from './look.sql.ts';
import { prepare } from './prepare.sql.ts';
import { queueAction } from './queue-action.sql.ts';
import { recordsIn } from './records-in.sql.ts';
import { refuseUnknown } from './refuse-unknown.sql.ts';
import { refuseUnknownArguments } from './refuse-unknown-arguments.sql.ts';
import { callsView } from './view.sql.ts';
import { withRecords } from './with-records.sql.ts';

/** The columns that the caller gives; the triggers set the others. */
const GIVEN = 'call, arguments, ids, txid, files';

/**
 * The view `pylon_sync.calls`, its triggers and its grants. Everybody may insert: the second trigger checks the
 * privilege on the function.
 */
export const calls = (): readonly string[] => [
  callsView,
  checkedArguments,
  refuseUnknown,
  describeFiles,
  editGives,
  refuseUnknownArguments,
  queueAction,
  recordsIn,
  withRecords,
  prepare(),
  look,
  answer,
  ...['call_1_prepare', 'call_2_look', 'call_3_answer'].map(
    (name) => `
CREATE OR REPLACE TRIGGER "pylon_sync_${name}"
INSTEAD OF INSERT ON pylon_sync."calls"
FOR EACH ROW
EXECUTE FUNCTION pylon_sync._${name}()`,
  ),
  `GRANT INSERT (${GIVEN}), SELECT (result) ON pylon_sync."calls" TO PUBLIC`,
  `COMMENT ON VIEW pylon_sync."calls" IS ${literal('What the functions for people ask; it holds nothing.')}`,
];
