import type { Fields, Row } from '../data/rows.ts';
import type { State } from '../data/state.ts';
import { badRequest, notFound } from './refusal.ts';

/** How often an endpoint may be asked. */
export type Tier = 'low' | 'middle' | 'high';

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
  /** `resource`: of which kind the object is; `undefined` where it is of none that can be read. */
  | { readonly is: 'object'; readonly resource: string | undefined; readonly object: Fields }
  | {
      readonly is: 'list';
      readonly resource: string;
      readonly objects: readonly Fields[];
      /** Cursor of the next page; `''` on the last; `undefined` where the endpoint does not page at all. */
      readonly next: string | undefined;
    }
  /** No data, only that it was done. */
  | { readonly is: 'done'; readonly more?: Fields };

/** Where an endpoint's envelope differs from the others'; it does so with traps alone. */
export interface EnvelopeQuirks {
  /** How it says that there is nothing: by `null`, or by leaving `data` out. The others send `[]`. */
  readonly whenEmpty?: 'null' | 'absent';
  /** Its last page has no `pagination` at all. */
  readonly lastPageBare?: boolean;
}

export interface Route {
  readonly endpoint: string;
  readonly tier: Tier;
  readonly answer: (call: Call) => Reply;
  readonly quirks: EnvelopeQuirks;
}

export const route = (
  endpoint: string,
  tier: Tier,
  answer: (call: Call) => Reply,
  quirks: EnvelopeQuirks = {},
): Route => ({ endpoint, tier, answer, quirks });

/** A placeholder of the path. */
export function param(call: Call, name: string): string {
  const value = call.params[name];
  if (value === undefined || value === '') throw badRequest(`${name} is required`);
  return value;
}

/** The row of an id, or the one that took its place. */
export function rowNamed({ state }: Call, resource: string, id: string): Row | undefined {
  const table = state.table(resource);
  return table.get(id) ?? table.get(state.successors.get(`${resource} ${id}`) ?? '');
}

/** The row that a placeholder names. */
export function rowOf(call: Call, resource: string, name = 'id'): Row {
  const row = rowNamed(call, resource, param(call, name));
  if (row === undefined) throw notFound(singular(resource));
  return row;
}

/** `issue_messages` → `issue message` */
export const singular = (resource: string) => resource.replaceAll('_', ' ').replace(/s$/, '');

export const shown = (call: Call, resource: string, row: Row): Reply => ({
  is: 'object',
  resource,
  object: call.state.show(row),
});

/** These rows in one answer, without pages. */
export const listed = (call: Call, resource: string, rows: readonly Row[]): Reply => ({
  is: 'list',
  resource,
  objects: rows.map(call.state.show),
  next: undefined,
});

/** `GET` of one object by its id. */
export const getRoute = (endpoint: string, tier: Tier, resource: string): Route =>
  route(endpoint, tier, (call) => shown(call, resource, rowOf(call, resource)));
