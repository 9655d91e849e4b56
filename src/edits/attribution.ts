import type { Kind } from '../resources/writes.ts';
import { changed, compare, type Field, fieldsIn, held, type Values, withField } from './merge.ts';

/** An edit that may have reached Pylon. */
export interface SentEdit {
  readonly id: number;
  readonly changes: Values;
  readonly base: Values;
}

/** What one edit made of what Pylon held. */
export interface AttributedChange {
  readonly edit: number;
  readonly was: Values;
  readonly becomes: Values;
}

/**
 * Follows what Pylon holds of a record from what it was last known to hold, edit by edit: each makes it of its fields
 * that Pylon is seen to hold as the edit wants them, and that `isOurs` does not leave to somebody else.
 *
 * @param remote What Pylon holds now; undefined where that is not known, and the edits say it.
 * @returns The edits that changed something, in their order, and what they made of it all.
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
      const now = remote === undefined ? undefined : held(remote, field);
      if (!isOurs(edit, field) || (remote !== undefined && compare(field, now, true) !== 'there')) continue;
      const isSent = remote === undefined || field.kind === 'set';
      after = withField(after, field, isSent ? changed(field, held(after, field)) : now);
    }
    if (after !== was) steps.push({ edit: edit.id, was, becomes: after });
  }
  return { steps, after };
}
