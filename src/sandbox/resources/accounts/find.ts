import type { Row } from '../../data/rows.ts';
import { notFound } from '../../routes/refusal.ts';
import { type Call, param, rowNamed } from '../../routes/route.ts';

/** The account that a path names, by id or external id. */
export function accountOf(call: Call): Row {
  const id = param(call, 'id');
  const row = rowNamed(call, 'accounts', id) ?? accountOfExternalId(call, id);
  if (row === undefined) throw notFound('account');
  return row;
}

export function accountOfExternalId(call: Call, externalId: string): Row | undefined {
  for (const row of call.state.table('accounts').newest()) {
    const ids = row.object.external_ids;
    if (Array.isArray(ids) && ids.some((one) => one?.external_id === externalId)) return row;
  }
  return undefined;
}
