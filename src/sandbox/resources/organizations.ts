import { ids } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';
import { notFound } from '../routes/refusal.ts';
import { type Call, route, shown } from '../routes/route.ts';
import type { Resource } from './define.ts';

export const organizations: Resource = {
  name: 'organizations',
  generate: ({ seed, traps }) => ({
    objects: [organization(seed, traps ? `Sandbox ${seed}` : 'Tallowmere Cloud')],
  }),
  routes: [
    route('GET /me', 'high', (call) => {
      for (const row of call.state.table('organizations').newest()) return shown(call, 'organizations', row);
      throw notFound('organization');
    }),
  ],
  community: { object: (object) => ({ ...(object.user as Fields), name: object.name, status: 'active' }) },
};

/** An API token belongs to a user without an address. */
const organization = (seed: number, name: string): Fields => ({
  id: ids(seed, 'organizations').of(0),
  name,
  user: { id: ids(seed, 'api_users').of(0) },
});

/** The user that the token belongs to; `null` if the organization was deleted. */
export function tokenUser(call: Call): unknown {
  for (const { object } of call.state.table('organizations').newest()) return object.user;
  return null;
}
