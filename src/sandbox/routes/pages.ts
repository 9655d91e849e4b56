import type { Place, Row } from '../data/rows.ts';
import { badRequest } from './refusal.ts';
import { type Call, type EnvelopeQuirks, type Reply, type Route, route, type Tier } from './route.ts';

/** `<created_at with milliseconds>|<id>`, in base64: opaque to readers. */
function cursorOf(row: Row): string {
  return Buffer.from(`${new Date(row.created).toISOString()}|${row.key}`).toString('base64');
}

export function placeOf(cursor: unknown): Place | undefined {
  if (cursor === undefined || cursor === null || cursor === '') return undefined;
  const text = typeof cursor === 'string' ? Buffer.from(cursor, 'base64').toString() : '';
  const bar = text.indexOf('|');
  const created = Date.parse(text.slice(0, Math.max(0, bar)));
  if (Number.isNaN(created)) throw badRequest('cursor is invalid');
  return { created, key: text.slice(bar + 1) };
}

export interface Bounds {
  readonly least: number;
  readonly most: number;
  /** `undefined` means all. */
  readonly usual: number | undefined;
}

/** Of accounts, contacts, tasks, articles, audit logs and every search. */
export const PAGE: Bounds = { least: 1, most: 999, usual: 100 };

/** A page size within its bounds, from a query or a body. */
export function limitOf(value: unknown, { least, most, usual }: Bounds): number {
  if (value === undefined || value === null || value === '') return usual ?? Number.POSITIVE_INFINITY;
  const limit = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < least || limit > most) {
    throw badRequest(`limit must be between ${least} and ${most}`);
  }
  return limit;
}

/** The first `limit` rows that match, and the cursor after them. */
export function pageOf(
  call: Call,
  resource: string,
  rows: Iterable<Row>,
  limit: number,
  passes: (row: Row) => boolean = () => true,
): Reply {
  const page: Row[] = [];
  let next = '';
  for (const row of rows) {
    if (!passes(row)) continue;
    const last = page.at(-1);
    if (page.length === limit && last !== undefined) {
      next = cursorOf(last);
      break;
    }
    page.push(row);
  }
  return { is: 'list', resource, objects: page.map(call.state.show), next };
}

/** A `GET` that pages through everything, newest first. */
export const pagedRoute = (
  endpoint: string,
  tier: Tier,
  resource: string,
  options: EnvelopeQuirks & { limitRequired?: boolean } = {},
): Route =>
  route(
    endpoint,
    tier,
    (call) => {
      if (options.limitRequired === true && call.query.limit === undefined)
        throw badRequest('limit is required');
      const limit = limitOf(call.query.limit, PAGE);
      return pageOf(call, resource, call.state.table(resource).newest(placeOf(call.query.cursor)), limit);
    },
    options,
  );

/** A `GET` with everything in one answer, in no particular order. */
export const wholeRoute = (
  endpoint: string,
  tier: Tier,
  resource: string,
  options: EnvelopeQuirks & { paged?: boolean; keep?: (row: Row, call: Call) => boolean } = {},
): Route =>
  route(
    endpoint,
    tier,
    (call) => {
      const { keep = () => true, paged = true } = options;
      const rows = [...call.state.table(resource).newest()].filter((row) => keep(row, call));
      return { is: 'list', resource, objects: rows.map(call.state.show), next: paged ? '' : undefined };
    },
    options,
  );
