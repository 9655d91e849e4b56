import { instant, parseInstant } from '../data/instants.ts';
import type { Facts, Fields, Row } from '../data/rows.ts';
import { badRequest, duplicate } from './refusal.ts';
import { type Call, type Reply, rowOf, shown, singular } from './route.ts';

/** Pylon's clock in the format of bodies. */
export const nowIn = (call: Call) => instant(call.state.now());

/** Changes an object, sets its `updated_at` if it has one, and answers with the whole object. */
export function change(call: Call, resource: string, row: Row, fields: Fields): Reply {
  const moved = 'updated_at' in row.object ? { updated_at: nowIn(call) } : {};
  const object = { ...row.object, ...moved, ...fields };
  return shown(call, resource, call.state.store(resource, object, { path: row.path, raw: row.raw }));
}

/** Creates an object with a new id, and answers with the whole object. */
export function create(call: Call, resource: string, fields: Fields, path: Facts = {}): Reply {
  const object = { id: call.state.newId(resource), ...fields };
  return shown(call, resource, call.state.store(resource, object, { path }));
}

/** Deletes the object that the path names, which is 404 from then on. */
export function removed(call: Call, resource: string, row: Row = rowOf(call, resource)): Reply {
  call.state.table(resource).delete(row.key);
  return { is: 'done' };
}

/** The object that a field of a body refers to. */
export function referred(call: Call, resource: string, field: string, id: string): Fields {
  const row = call.state.table(resource).get(id);
  if (row === undefined) throw badRequest(`${field}: ${singular(resource)} ${JSON.stringify(id)} not found`);
  return row.object;
}

/** A reference as in answers: the id, and the one field beside it. */
export function reference(call: Call, resource: string, field: string, id: string): Fields {
  const object = referred(call, resource, field, id);
  const { referenceField } = call.state.kind(resource);
  return referenceField === undefined ? { id } : { id, [referenceField]: object[referenceField] };
}

/** A reference that the empty text clears; `{}` if the field was not sent. */
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

/** The fields that were sent and that the object has under the same name. */
export function same<Body extends object>(body: Body, fields: readonly (keyof Body & string)[]): Fields {
  return Object.fromEntries(
    fields.filter((field) => body[field] !== undefined).map((field) => [field, body[field]]),
  );
}

/** A list without duplicates: lists of tags, domains and members are sets. */
export const distinct = (list: readonly string[]) => [...new Set(list)];

/**
 * Refuses an object that has the same values in these fields as another one; `self` is the key of the changed
 * object.
 */
export function refuseTwin(call: Call, resource: string, values: Fields, self?: string): void {
  for (const { key, object } of call.state.table(resource).newest()) {
    const isTwin = Object.entries(values).every(([field, value]) => object[field] === value);
    if (isTwin && key !== self) throw duplicate(singular(resource), key);
  }
}

/** A time as it is stored: in UTC with whole seconds, however it was sent. */
export function dates<Body extends object>(body: Body, fields: readonly (keyof Body & string)[]): Fields {
  const sent = Object.entries(same(body, fields));
  return Object.fromEntries(sent.map(([field, value]) => [field, instant(parseInstant(value) ?? 0)]));
}
