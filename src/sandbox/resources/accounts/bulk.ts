import { z } from 'zod';
import { bodyOf, customFieldWrites, texts } from '../../routes/body.ts';
import { customFieldsAfter, mergeCustomFields } from '../../routes/custom-fields.ts';
import type { Call, Reply } from '../../routes/route.ts';
import { change, clearable, distinct } from '../../routes/writes.ts';

const bulk = z.strictObject({
  account_ids: texts.min(1).max(100),
  account_type: z.enum(['customer', 'partner']).exactOptional(),
  owner_id: z.string().exactOptional(),
  tags: texts.exactOptional(),
  tags_apply_mode: z.enum(['append_only', 'remove_only', 'replace']).default('replace'),
  custom_fields: customFieldWrites.exactOptional(),
});

/**
 * Answers at once that the change has begun. It takes effect later, except on accounts that are deleted by
 * then.
 */
export function updateAccounts(call: Call): Reply {
  const body = bodyOf(call, bulk);
  const { account_type, owner_id, tags, tags_apply_mode: mode } = body;
  const owner = clearable(call, 'users', 'owner_id', owner_id, 'owner');
  customFieldsAfter(call.state, 'account', {}, body.custom_fields);
  call.state.later(call.state.settings.bulkDelayMs, () => {
    for (const id of distinct(body.account_ids)) {
      const row = call.state.table('accounts').get(id);
      if (row === undefined) continue;
      change(call, 'accounts', row, {
        ...(account_type === undefined ? {} : { type: account_type }),
        ...owner,
        ...(tags === undefined ? {} : { tags: applied(row.object.tags, tags, mode) }),
        ...mergeCustomFields(row.object.custom_fields, body.custom_fields),
      });
    }
  });
  return { is: 'done', more: { success: true } };
}

function applied(before: unknown, tags: readonly string[], mode: string): string[] {
  const own: string[] = Array.isArray(before) ? before : [];
  if (mode === 'append_only') return distinct([...own, ...tags]);
  return mode === 'remove_only' ? own.filter((tag) => !tags.includes(tag)) : distinct(tags);
}
