import type { State } from '../../edits/states.ts';
import { literal } from './names.ts';

/** SQL: states, separated by commas. */
export const listOf = (states: readonly State[]): string => states.map(literal).join(', ');

/** SQL: whether the session has set that its edits are drafts. */
export const DRAFT = `lower(current_setting('pylon_sync.draft', true)) IN ('on', 'true', 'yes', '1')`;

/**
 * SQL: the user of the statement: the role that was set, else the login. Also correct in a SECURITY DEFINER function.
 */
export const ACTOR = `coalesce(nullif(current_setting('role', true), 'none'), session_user)`;

/** The columns that a new edit gets. */
export const NEW_EDIT = 'resource, record_id, operation, changes, base, state, actor, txid';

/** SQL: a new edit's state, actor and transaction, the last columns of `NEW_EDIT`. */
export const NEW_EDIT_STATE = `CASE WHEN ${DRAFT} THEN 'draft' ELSE 'pending' END,
    ${ACTOR},
    pg_current_xact_id()::text::bigint`;

/** A statement of a trigger function that queues an edit; the arguments are SQL expressions. */
export const queueing = (
  resource: string,
  id: string,
  operation: 'create' | 'update' | 'delete',
  changes: string,
  base: string,
): string => `
  INSERT INTO pylon_sync.edits (${NEW_EDIT})
  VALUES (
    ${resource},
    ${id},
    '${operation}',
    ${changes},
    ${base},
    ${NEW_EDIT_STATE}
  );`;
