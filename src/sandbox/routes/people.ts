import type { Row } from '../data/rows.ts';
import { pagedRoute, wholeRoute } from './pages.ts';
import { notFound } from './refusal.ts';
import { type Call, getRoute, param, type Route, route, rowNamed, shown } from './route.ts';
import { searchRoute } from './search.ts';

/** Reading the organization, its people, its customers. */
export const peopleRoutes: readonly Route[] = [
  route('GET /me', 'high', (call) => {
    for (const row of call.state.tables.organizations.newest()) return shown(call, 'organizations', row);
    throw notFound('organization');
  }),
  wholeRoute('GET /users', 'high', 'users', {
    keep: ({ object }, { query }) => object.is_deactivated !== true || query.include_deactivated === 'true',
  }),
  searchRoute('POST /users/search', 'middle', 'users'),
  getRoute('GET /users/{id}', 'high', 'users'),
  wholeRoute('GET /user-roles', 'high', 'user_roles'),
  wholeRoute('GET /teams', 'high', 'teams'),
  getRoute('GET /teams/{id}', 'high', 'teams'),
  pagedRoute('GET /accounts', 'high', 'accounts', true),
  searchRoute('POST /accounts/search', 'middle', 'accounts', { text: ['name', 'domain'] }),
  route('GET /accounts/{id}', 'high', (call) => shown(call, 'accounts', accountOf(call))),
  pagedRoute('GET /contacts', 'high', 'contacts', true),
  searchRoute('POST /contacts/search', 'middle', 'contacts', { text: ['name', 'email'] }),
  getRoute('GET /contacts/{id}', 'high', 'contacts'),
];

/** The account a path names by id or by external id. */
export function accountOf(call: Call): Row {
  const id = param(call, 'id');
  const row = rowNamed(call, 'accounts', id) ?? accountOfExternalId(call, id);
  if (row === undefined) throw notFound('account');
  return row;
}

export function accountOfExternalId(call: Call, externalId: string): Row | undefined {
  for (const row of call.state.tables.accounts.newest()) {
    const ids = row.object.external_ids;
    if (Array.isArray(ids) && ids.some((one) => one?.external_id === externalId)) return row;
  }
  return undefined;
}
