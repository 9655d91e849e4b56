import { z } from 'zod';
import type { Generator } from '../data/generator.ts';
import { DAY, instant } from '../data/instants.ts';
import { ids } from '../data/random.ts';
import type { Child } from '../data/rows.ts';
import { bodyOf, filled } from '../routes/body.ts';
import { badRequest, notFound } from '../routes/refusal.ts';
import { type Call, listed, type Reply, route, rowOf } from '../routes/route.ts';
import { create, nowIn, referred, removed } from '../routes/writes.ts';
import type { Resource } from './define.ts';

const TYPES = ['parent_account', 'partner_account'] as const;
const creation = z.strictObject({ related_object_id: filled, relationship_type: z.enum(TYPES) });

const under = (call: Call) => call.state.table('account_relationships').under(rowOf(call, 'accounts').key);

/** Listed by the account on the child or client side; no request shows one of them. */
export const account_relationships: Resource = {
  name: 'account_relationships',
  generate: (generator) => ({ parent: 'account_id', of: 'accounts', children: relationshipsOf(generator) }),
  routes: [
    route('GET /accounts/{id}/relationships', 'high', (call) =>
      listed(call, 'account_relationships', under(call)),
    ),
    route('POST /accounts/{id}/relationship', 'middle', createRelationship),
    route('DELETE /accounts/{id}/relationships/{relationship_id}', 'middle', (call) => {
      const row = rowOf(call, 'account_relationships', 'relationship_id');
      if (row.path.account_id !== rowOf(call, 'accounts').key) throw notFound('account relationship');
      return removed(call, 'account_relationships', row);
    }),
  ],
};

/** Each third account has a parent, each fifth a partner. */
function relationshipsOf({ seed, objects, oldest }: Generator): readonly Child[] {
  const accounts = objects('accounts');
  return accounts.flatMap(({ id }, i) =>
    TYPES.flatMap((relationship_type, k): Child[] => {
      if (i % (k === 0 ? 3 : 5) !== 1) return [];
      const related = accounts[(i + k + 1) % accounts.length]?.id;
      const created = instant(oldest + (i + k) * DAY);
      return [
        [
          {
            id: ids(seed, 'account_relationships').of(i * 2 + k),
            ...{ relationship_type, related_object_id: related },
            ...{ parent_account_id: related, child_account_id: id, created_at: created, updated_at: created },
          },
          { account_id: `${id}` },
        ],
      ];
    }),
  );
}

function createRelationship(call: Call): Reply {
  const { related_object_id, relationship_type } = bodyOf(call, creation);
  const account_id = rowOf(call, 'accounts').key;
  const related = `${referred(call, 'accounts', 'related_object_id', related_object_id).id}`;
  if (related === account_id) throw badRequest('an account has no relationship with itself');
  const is = { relationship_type, related_object_id: related };
  if (under(call).some(({ object }) => Object.entries(is).every(([field, value]) => object[field] === value)))
    throw badRequest('the relationship exists');
  return create(
    call,
    'account_relationships',
    {
      ...{ ...is, parent_account_id: related, child_account_id: account_id },
      ...{ created_at: nowIn(call), updated_at: nowIn(call) },
    },
    { account_id },
  );
}
