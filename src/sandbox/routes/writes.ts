import { instant } from '../data/instants.ts';
import type { Facts, Fields, Row } from '../data/rows.ts';
import type { ResourceName } from '../resources/index.ts';
import { badRequest } from './refusal.ts';
import { type Call, type Reply, rowOf, shown, what } from './route.ts';

/** Pylon's clock as bodies have it. */
export const nowIn = (call: Call) => instant(call.state.now());

/** Changes an object, moves its `updated_at` where it has one, and shows it whole. */
export function change(call: Call, resource: ResourceName, row: Row, fields: Fields): Reply {
  const moved = 'updated_at' in row.object ? { updated_at: nowIn(call) } : {};
  const object = { ...row.object, ...moved, ...fields };
  return shown(call, resource, call.state.store(resource, object, { path: row.path, raw: row.raw }));
}

/** Makes an object with an id of its own, and shows it whole. */
export function create(call: Call, resource: ResourceName, fields: Fields, path: Facts = {}): Reply {
  const object = { id: call.state.newId(resource), ...fields };
  return shown(call, resource, call.state.store(resource, object, { path }));
}

/** Removes what the path names; it is 404 from then on. */
export function removed(call: Call, resource: ResourceName, row: Row = rowOf(call, resource)): Reply {
  call.state.tables[resource].delete(row.key);
  return { is: 'done' };
}

/** The object that a field of a body points to. */
export function referred(call: Call, resource: ResourceName, field: string, id: string): Fields {
  const row = call.state.tables[resource].get(id);
  if (row === undefined) throw badRequest(`${field}: ${what(resource)} ${JSON.stringify(id)} not found`);
  return row.object;
}

type Referenced = 'accounts' | 'contacts' | 'users' | 'teams' | 'projects' | 'milestones';

const COPIED: Readonly<Record<Referenced, string | undefined>> = {
  accounts: 'external_ids',
  contacts: 'email',
  users: 'email',
  teams: undefined,
  projects: undefined,
  milestones: undefined,
};

/** A reference as bodies show it: the id, and the one field that comes with it. */
export function reference(call: Call, resource: Referenced, field: string, id: string): Fields {
  const object = referred(call, resource, field, id);
  const copied = COPIED[resource];
  return copied === undefined ? { id } : { id, [copied]: object[copied] };
}

/** A reference that the empty text clears; `{}` where the field was not sent. */
export function clearable(
  call: Call,
  resource: Referenced,
  field: string,
  id: string | undefined,
  name: string,
): Fields {
  if (id === undefined) return {};
  return { [name]: id === '' ? null : reference(call, resource, field, id) };
}

/** The fields of a body that are sent and stand in the object under the same name. */
export function same<Body extends object>(body: Body, fields: readonly (keyof Body & string)[]): Fields {
  return Object.fromEntries(
    fields.filter((field) => body[field] !== undefined).map((field) => [field, body[field]]),
  );
}

/** Sent once each: lists of tags, domains and members are sets. */
export const distinct = (list: readonly string[]) => [...new Set(list)];
