import type { Row } from '../data/rows.ts';
import type { ResourceName } from '../resources/index.ts';
import type { Tier } from '../server/limits.ts';
import { lookupOf } from './fields.ts';
import { compileFilter } from './filters.ts';
import { limitOf, PAGE, pageOf, placeOf } from './pages.ts';
import { badRequest } from './refusal.ts';
import { type Route, route } from './route.ts';

/**
 * `POST …/search`, newest first. A key it does not know is ignored, and with it what was meant: the
 * answer to a misspelt `filter` is everything.
 */
export const searchRoute = (
  endpoint: string,
  tier: Tier,
  resource: ResourceName,
  options: { paged?: boolean; text?: readonly string[] } = {},
): Route =>
  route(endpoint, tier, (call) => {
    const body = bodyOf(call.body);
    const limit = limitOf(body.limit, PAGE);
    const place = placeOf(body.cursor);
    const passes =
      body.filter === undefined || body.filter === null
        ? () => true
        : compileFilter(body.filter, lookupOf(call.state, resource));
    const matches = matching(body.search_text, options.text ?? []);
    const rows = call.state.tables[resource].newest(place);
    const reply = pageOf(call, resource, rows, limit, (row) => passes(row) && matches(row));
    return reply.is === 'list' && options.paged === false ? { ...reply, next: undefined } : reply;
  });

function bodyOf(body: unknown): Readonly<Record<string, unknown>> {
  if (body === undefined || body === null) return {};
  if (typeof body !== 'object' || Array.isArray(body)) throw badRequest('the body must be an object');
  return body as Record<string, unknown>;
}

/** A stand-in for Pylon's fuzzy search: any of the fields holds the text. */
function matching(text: unknown, fields: readonly string[]): (row: Row) => boolean {
  if (typeof text !== 'string' || text === '' || fields.length === 0) return () => true;
  const wanted = text.toLowerCase();
  return ({ object }) => fields.some((field) => `${object[field] ?? ''}`.toLowerCase().includes(wanted));
}
