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

/** A field of a form. Of a file it has the name, and where its content is kept. */
type FormField =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly file: string; readonly bytes: number; readonly place: number };

/** The request of an action: the values of its path and query, and its body or form. */
export interface ActionRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, readonly string[]>>;
  readonly body: Values | undefined;
  readonly form?: readonly FormField[];
}

/** The request of an action about a record, with the arguments given to it. Files in `form` are named and not read yet. */
export function requestOf(
  { method, route, parameters, constant, recordField, form }: Action,
  record: string,
  given: Values,
): ActionRequest {
  const body: Record<string, unknown> = { ...constant };
  const params: Record<string, string> = { id: record };
  const query: Record<string, readonly string[]> = {};
  for (const { name, field = name, fields, query: isQuery } of parameters) {
    if (given[name] == null) continue;
    if (isQuery === true) query[name] = given[name] as readonly string[];
    else if (field === null) params[name] = String(given[name]);
    else body[field] = fields === true ? customFieldsOf(fieldsOf(given[name])) : given[name];
  }
  if (recordField !== undefined) body[recordField] = record;
  const used = placeholdersIn(route);
  return {
    params: Object.fromEntries(used.map((name) => [name, params[name] ?? ''])),
    body: form === true || method === 'DELETE' || Object.keys(body).length === 0 ? undefined : sendable(body),
    ...(Object.keys(query).length === 0 ? {} : { query }),
    ...(form === true ? { form: formOf(parameters, body, given) } : {}),
  };
}

/** The fields of a form: lists have one for each element, and files come last. */
function formOf(parameters: Action['parameters'], body: Values, given: Values): readonly FormField[] {
  const contents = parameters.find(({ type }) => type.startsWith('bytea'));
  const names = [given.file_name, given.file_names].flat().filter((name) => name != null);
  const texts = Object.entries(body)
    .filter(([name]) => name !== contents?.name)
    .flatMap(([name, value]) => [value].flat().map((one) => ({ name, value: String(one) })));
  const files = contents === undefined || given[contents.name] == null ? [] : [given[contents.name]].flat();
  return [
    ...texts,
    ...files.map((one, index) => ({
      ...{ name: contents?.name ?? '', file: String(names[index] ?? 'file') },
      ...{ bytes: Number(fieldsOf(one).bytes), place: index + 1 },
    })),
  ];
}

/** What a request says, without the contents of its files. */
export const saidIn = ({ body, form }: ActionRequest): Values | undefined =>
  form === undefined
    ? body
    : Object.fromEntries(
        [...new Set(form.map(({ name }) => name))].map((name) => {
          const own = form
            .filter((field) => field.name === name)
            .map((field) => ('file' in field ? { file_name: field.file, bytes: field.bytes } : field.value));
          return [name, own.length === 1 ? own[0] : own];
        }),
      );
