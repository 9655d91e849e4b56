import type { Kind } from '../resources/writes.ts';
import { changed, compare, type Field, fieldsIn, type Values, valueIn, withField } from './merge.ts';

/** An edit that may have reached Pylon. */
export interface SentEdit {
  readonly id: number;
  readonly changes: Values;
  readonly base: Values;
}

/** Pylon's values before and after one edit. */
export interface AttributedChange {
  readonly edit: number;
  readonly was: Values;
  readonly becomes: Values;
}

/**
 * Explains the change from Pylon's last known values of a record to its present ones, edit by edit. An edit has
 * caused the change of a field if Pylon's value is the wanted one and `isOurs` does not attribute it to somebody
 * else.
 *
 * @param remote Pylon's present values; if undefined, the edits' values are assumed.
 * @returns The edits that changed something, in order, and the values after them.
 */
export function attributeChanges<Edit extends SentEdit>(
  edits: readonly Edit[],
  known: Values,
  remote: Values | undefined,
  kinds: Readonly<Record<string, Kind>>,
  isOurs: (edit: Edit, field: Field) => boolean = () => true,
): { readonly steps: readonly AttributedChange[]; readonly after: Values } {
  const steps: AttributedChange[] = [];
  let after = known;
  for (const edit of edits) {
    const was = after;
    for (const field of fieldsIn(edit.changes, edit.base, kinds)) {
      const now = remote === undefined ? undefined : valueIn(remote, field);
      if (!isOurs(edit, field) || (remote !== undefined && compare(field, now, true) !== 'there')) continue;
      const isSent = remote === undefined || field.kind === 'set';
      after = withField(after, field, isSent ? changed(field, valueIn(after, field)) : now);
    }
    if (after !== was) steps.push({ edit: edit.id, was, becomes: after });
  }
  return { steps, after };
}
