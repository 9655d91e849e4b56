import type { Fields, Row } from '../data/rows.ts';
import type { State } from '../data/state.ts';
import type { ResourceName } from '../resources/index.ts';
import type { Tier } from '../server/limits.ts';
import { badRequest, notFound } from './refusal.ts';

/** One request that was let in. */
export interface Call {
  readonly state: State;
  /** `GET /issues/{id}` */
  readonly endpoint: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed JSON; `undefined` where none was sent. */
  readonly body: unknown;
}

/** What an answer says, before it is put in an envelope. */
export type Reply =
  | { readonly is: 'object'; readonly resource: ResourceName | 'other'; readonly object: Fields }
  | {
      readonly is: 'list';
      readonly resource: ResourceName;
      readonly objects: readonly Fields[];
      /** Cursor of the next page; `''` on the last; `undefined` where the endpoint does not page at all. */
      readonly next: string | undefined;
    }
  /** No data, only that it was done. */
  | { readonly is: 'done'; readonly more?: Fields };

export interface Route {
  readonly endpoint: string;
  readonly tier: Tier;
  readonly answer: (call: Call) => Reply;
}

export const route = (endpoint: string, tier: Tier, answer: (call: Call) => Reply): Route => ({
  endpoint,
  tier,
  answer,
});

/** A placeholder of the path. */
export function param(call: Call, name: string): string {
  const value = call.params[name];
  if (value === undefined || value === '') throw badRequest(`${name} is required`);
  return value;
}

/** The row of an id, or the one that took its place. */
export function rowNamed({ state }: Call, resource: ResourceName, id: string): Row | undefined {
  const table = state.tables[resource];
  return table.get(id) ?? table.get(state.successors.get(`${resource} ${id}`) ?? '');
}

/** The row that a placeholder names. */
export function rowOf(call: Call, resource: ResourceName, name = 'id'): Row {
  const row = rowNamed(call, resource, param(call, name));
  if (row === undefined) throw notFound(what(resource));
  return row;
}

/** `issue_messages` → `issue message` */
export const what = (resource: ResourceName) => resource.replaceAll('_', ' ').replace(/s$/, '');

export const shown = (call: Call, resource: ResourceName, row: Row): Reply => ({
  is: 'object',
  resource,
  object: call.state.show(row),
});

/** `GET` of one object by its id. */
export const getRoute = (endpoint: string, tier: Tier, resource: ResourceName): Route =>
  route(endpoint, tier, (call) => shown(call, resource, rowOf(call, resource)));
