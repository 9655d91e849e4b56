import { instant, parseInstant } from '../data/instants.ts';
import type { Facts, Fields, Row } from '../data/rows.ts';
import { badRequest, duplicate } from './refusal.ts';
import { type Call, type Reply, rowOf, shown, singular } from './route.ts';

/** Pylon's clock as bodies have it. */
export const nowIn = (call: Call) => instant(call.state.now());

/** Changes an object, moves its `updated_at` where it has one, and shows it whole. */
export function change(call: Call, resource: string, row: Row, fields: Fields): Reply {
  const moved = 'updated_at' in row.object ? { updated_at: nowIn(call) } : {};
  const object = { ...row.object, ...moved, ...fields };
  return shown(call, resource, call.state.store(resource, object, { path: row.path, raw: row.raw }));
}

/** Makes an object with an id of its own, and shows it whole. */
export function create(call: Call, resource: string, fields: Fields, path: Facts = {}): Reply {
  const object = { id: call.state.newId(resource), ...fields };
  return shown(call, resource, call.state.store(resource, object, { path }));
}

/** Removes what the path names; it is 404 from then on. */
export function removed(call: Call, resource: string, row: Row = rowOf(call, resource)): Reply {
  call.state.table(resource).delete(row.key);
  return { is: 'done' };
}

/** The object that a field of a body points to. */
export function referred(call: Call, resource: string, field: string, id: string): Fields {
  const row = call.state.table(resource).get(id);
  if (row === undefined) throw badRequest(`${field}: ${singular(resource)} ${JSON.stringify(id)} not found`);
  return row.object;
}

/** A reference as bodies show it: the id, and the one field that comes with it. */
export function reference(call: Call, resource: string, field: string, id: string): Fields {
  const object = referred(call, resource, field, id);
  const { referenceField } = call.state.kind(resource);
  return referenceField === undefined ? { id } : { id, [referenceField]: object[referenceField] };
}

/** A reference that the empty text clears; `{}` where the field was not sent. */
export function clearable(
  call: Call,
  resource: string,
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

/** Refuses an object with the same values in these fields as another one has; `self` is the key of the one that is changed. */
export function refuseTwin(call: Call, resource: string, values: Fields, self?: string): void {
  for (const { key, object } of call.state.table(resource).newest()) {
    const isTwin = Object.entries(values).every(([field, value]) => object[field] === value);
    if (isTwin && key !== self) throw duplicate(singular(resource), key);
  }
}

/** Times are kept in UTC with whole seconds, however they were sent. */
export function dates<Body extends object>(body: Body, fields: readonly (keyof Body & string)[]): Fields {
  const sent = Object.entries(same(body, fields));
  return Object.fromEntries(sent.map(([field, value]) => [field, instant(parseInstant(value) ?? 0)]));
}
