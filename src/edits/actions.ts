import type * as described from '../resources/actions.ts';
import { fieldsOf } from '../resources/fields.ts';
import { resources } from '../resources/index.ts';
import { placeholdersIn } from '../route.ts';
import { customFieldsOf, sendable } from './body.ts';
import type { Values } from './merge.ts';

/** An operation of Pylon's on a record that does not just set columns, with the record's resource. */
export interface Action extends described.Action {
  /** Resource name. */
  readonly resource: string;
}

/** The actions of all descriptors. The SQL functions, their grants and the requests are generated from these. */
export const actions: readonly Action[] = resources.flatMap(({ name, actions = [] }) =>
  actions.map((action) => ({ ...action, resource: name })),
);

/** The action of an edit that makes a record with one; undefined for an inserted row. */
export const makingOf = ({ operation, changes }: { readonly operation: string; readonly changes: Values }) =>
  operation === 'create' && changes.action !== undefined ? actionNamed(changes.action) : undefined;

/** The action with a name. Throws if this version has none. */
export function actionNamed(name: unknown): Action {
  const found = actions.find((action) => action.name === name);
  if (found === undefined) throw new TypeError(`no action is named ${String(name)}`);
  return found;
}

/** The operations and names of actions that are allowed if these kinds are. */
export const allowedWork = (allow: readonly string[]): readonly string[] => [
  ...allow,
  ...actions.filter((action) => allow.includes(action.allow)).map(({ name }) => name),
];

/** The request of an action: the values of its path, and its body. */
export function requestOf(
  { method, route, parameters, constant, recordField }: Action,
  record: string,
  given: Values,
): { readonly params: Readonly<Record<string, string>>; readonly body: Values | undefined } {
  const body: Record<string, unknown> = { ...constant };
  const params: Record<string, string> = { id: record };
  for (const { name, field = name, fields } of parameters) {
    if (given[name] == null) continue;
    if (field === null) params[name] = String(given[name]);
    else body[field] = fields === true ? customFieldsOf(fieldsOf(given[name])) : given[name];
  }
  if (recordField !== undefined) body[recordField] = record;
  const used = placeholdersIn(route);
  return {
    params: Object.fromEntries(used.map((name) => [name, params[name] ?? ''])),
    body: method === 'DELETE' || Object.keys(body).length === 0 ? undefined : sendable(body),
  };
}
