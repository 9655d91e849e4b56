import { resources } from '../../resources/index.ts';
import { literal } from './names.ts';

/** Internal functions whose names were the same without the underscore. */
const WITHOUT_UNDERSCORE = [
  'after_edits',
  'as_columns',
  'as_texts',
  'awaited_edits',
  'base_without',
  'call_1_prepare',
  'call_2_look',
  'call_3_answer',
  'capture_delete',
  'changed_columns',
  'changed_fields',
  'changed_set',
  'checked_arguments',
  'columns_before',
  'columns_of',
  'decide_edits',
  'drop_edits',
  'edit_guard',
  'edits_queued',
  'keep_as_texts',
  'known_row',
  'lock_records',
  'locked_row',
  'mark_as_daemon',
  'merge_rows',
  'put_columns',
  'put_row',
  'queue_action',
  'queue_edit',
  'read_again',
  'refuse_circle',
  'refuse_stamp',
  'refuse_statement',
  'refuse_unknown',
  'refuse_unless_allowed',
  'refuse_unless_in',
  'refuse_update',
  'sees',
  'sees_all',
  'send_again',
  'send_forced',
  'setting',
  'show_edits',
  'skip_gone',
  'stamp',
  'texts_in',
  'withdraw_edit',
];

/** The names of internal functions by what earlier versions called them. */
export const NAMES_BY_FORMER: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      ...WITHOUT_UNDERSCORE,
      ...resources.flatMap(({ name }) => [`capture_${name}`, `capture_insert_${name}`]),
    ].map((former) => [former, `_${former}`]),
  ),
  keep_back: '_draft_trigger_edits',
  keep_shadows: '_save_shadows',
  let_go: '_approve',
  take_away: '_delete_again',
  tell_work: '_notify_work',
};

/**
 * Renames the internal functions of earlier versions, so that what depends on them (triggers, policies, users' views,
 * grants) follows. What calls them by name is replaced in the same transaction.
 */
export const renameFunctions = (): string => `
DO $$
DECLARE
  former record;
BEGIN
  FOR former IN
    SELECT
      format('pylon_sync.%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)) AS signature,
      names.now
    FROM (VALUES
      ${Object.entries(NAMES_BY_FORMER)
        .map(([before, now]) => `(${literal(before)}, ${literal(now)})`)
        .join(',\n      ')}
    ) AS names(before, now)
    JOIN pg_proc AS p
      ON p.proname = names.before
      AND p.pronamespace = 'pylon_sync'::regnamespace
      AND pg_has_role(p.proowner, 'USAGE')
    WHERE NOT EXISTS (
      SELECT
      FROM pg_proc AS renamed
      WHERE renamed.pronamespace = p.pronamespace
        AND renamed.proname = names.now
        AND renamed.proargtypes = p.proargtypes
    )
  LOOP
    EXECUTE format('ALTER FUNCTION %s RENAME TO %I', former.signature, former.now);
  END LOOP;
END $$`;

/** Internal functions of earlier versions that this one does not have, by their present names. */
const OBSOLETE = [
  '_refuse_stamp()',
  '_checked_arguments(text, jsonb, jsonb)',
  '_named_records(jsonb, jsonb)',
  '_columns_before(pylon_sync.edits, jsonb)',
  '_delete_again(pylon_sync.edits)',
  '_locked_row(text, text)',
  '_read_again(text, text, jsonb)',
  '_show_edits(text, text, bigint)',
  '_withdraw_edit(pylon_sync.edits)',
];

/** Drops the functions that no trigger calls any more, unless a user's object depends on one. */
export const dropObsoleteFunctions = (): readonly string[] =>
  OBSOLETE.map(
    (signature) => `
DO $$
BEGIN
  DROP FUNCTION IF EXISTS pylon_sync.${signature};
EXCEPTION
  WHEN dependent_objects_still_exist THEN NULL;
END $$`,
  );

/** A statement about a function, with the function's former name; as it is if there is none. */
export const withFormerName = (statement: string): string =>
  statement.replace(/(?<=pylon_sync\.)\w+(?=\()/, (now) => FORMER_BY_NAME.get(now) ?? now);

const FORMER_BY_NAME = new Map(Object.entries(NAMES_BY_FORMER).map(([former, now]) => [now, former]));
