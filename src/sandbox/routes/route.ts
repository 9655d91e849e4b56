import type { Fields, Row } from '../data/rows.ts';
import type { State } from '../data/state.ts';
import { badRequest, notFound } from './refusal.ts';

/** The tier of an endpoint's rate limit. */
export type Tier = 'low' | 'middle' | 'high';

/** One request, after its token and limit were checked. */
export interface Call {
  readonly state: State;
  /** `GET /issues/{id}` */
  readonly endpoint: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** The same with every value of a parameter that occurs several times. */
  readonly queries: Readonly<Record<string, readonly string[]>>;
  /** Parsed JSON, or the fields of a form; `undefined` if none was sent. */
  readonly body: unknown;
}

/** The content of an answer, before it gets its envelope. */
export type Reply =
  /** `resource` is the kind of the object; `undefined` if it is of no readable kind. */
  | {
      readonly is: 'object';
      readonly resource: string | undefined;
      readonly object: Fields;
      /** What the envelope has besides. */
      readonly more?: Fields;
    }
  | {
      readonly is: 'list';
      readonly resource: string;
      readonly objects: readonly Fields[];
      /** Cursor of the next page; `''` on the last page; `undefined` if the endpoint has no pages. */
      readonly next: string | undefined;
    }
  /** No data, only success. */
  | { readonly is: 'done'; readonly more?: Fields };

/** How an endpoint's envelope differs from the others'; only with traps. */
export interface EnvelopeQuirks {
  /** Its `data` if there is nothing: `null`, or left out. The others send `[]`. */
  readonly whenEmpty?: 'null' | 'absent';
  /** Whether its last page has no `pagination`. */
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

/** The row of an id, or the row that it was merged into. */
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

/** Rows in one answer, without pages. */
export const listed = (call: Call, resource: string, rows: readonly Row[]): Reply => ({
  is: 'list',
  resource,
  objects: rows.map(call.state.show),
  next: undefined,
});

/** `GET` of one object by its id. */
export const getRoute = (endpoint: string, tier: Tier, resource: string): Route =>
  route(endpoint, tier, (call) => shown(call, resource, rowOf(call, resource)));
