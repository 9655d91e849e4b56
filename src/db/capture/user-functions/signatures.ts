/** Functions that an editor may call about its edits, with their comments. They run as the caller. */
export const FOR_CALLERS: Readonly<Record<string, string>> = {
  'wait_for_edits(interval, bigint)':
    'Waits until your edits, or those of a transaction, are settled; counts them by state, and warns of the first ten that did not go through.',
  'edit_results(interval, bigint)':
    'Waits until your edits, or those of a transaction, are settled; one row each, with what became of it, and one for each edit of your last transaction.',
  'real_id(text)':
    'The id that Pylon gave to what was inserted here under a provisional one; null until it has.',
  'undo(bigint)': 'Queues the reverse of an edit that was applied; returns its number.',
};

/** Functions with which an editor decides about edits, with their comments. */
export const FOR_EDITORS: Readonly<Record<string, string>> = {
  'discard_edit(bigint)': "Drops an edit: its row shows Pylon's values again.",
  'discard_edits(bigint[], bigint)': 'Drops edits by their ids or those of a transaction; returns how many.',
  'retry_edit(bigint)': 'Retries an edit that failed, is in conflict or waits.',
  'retry_edits(bigint[], bigint)': 'Retries edits; returns how many.',
  'resolve_edit(bigint, text)': "Decides about an edit in conflict: 'local' sends it, 'pylon' drops it.",
  'resolve_edits(bigint[], text)': 'Decides about edits in conflict, all of them alike; returns how many.',
};

/** Functions that need a grant of their own, with their comments. */
export const FOR_APPROVERS: Readonly<Record<string, string>> = {
  'approve_edit(bigint)': 'Approves a draft, so that it is sent.',
  'approve_edits(bigint[], bigint)':
    'Approves drafts by their ids or those of a transaction; returns how many.',
};

/** Functions that policies call with the reader's privileges: everybody may. With their comments. */
export const FOR_ALL: Readonly<Record<string, string>> = {
  '_sees_all()': 'Whether no policy of a table of schema pylon keeps rows from you.',
  '_sees(text, text)': 'Whether no policy of its table keeps a record from you.',
};

/** Functions that those for editors call with the caller's privileges. */
export const CALLED_AS_CALLER: readonly string[] = [
  '_changed_set(jsonb, jsonb, jsonb)',
  '_changed_fields(jsonb, jsonb, jsonb)',
  '_changed_columns(text, jsonb, jsonb, jsonb)',
  '_columns_of(text, jsonb)',
  '_as_columns(text, jsonb)',
  '_put_columns(text, text, jsonb)',
  '_awaited_edits(interval, bigint)',
];
