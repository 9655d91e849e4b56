import type { Row } from '../data/rows.ts';
import { type Filterables, lookupOf } from './fields.ts';
import { compileFilter } from './filters.ts';
import { limitOf, PAGE, pageOf, placeOf } from './pages.ts';
import { badRequest } from './refusal.ts';
import { type EnvelopeQuirks, type Route, route, type Tier } from './route.ts';

interface Search extends EnvelopeQuirks {
  /** The fields that `filter` may name, without custom fields. */
  readonly filters: Filterables;
  /** The `object_type` of the custom fields that `filter` may name. */
  readonly customFields?: string;
  /** The fields in which `search_text` is searched. */
  readonly text?: readonly string[];
  readonly paged?: boolean;
}

/** `POST …/search`, newest first. Unknown keys are ignored, so a misspelt `filter` returns everything. */
export const searchRoute = (endpoint: string, tier: Tier, resource: string, search: Search): Route =>
  route(
    endpoint,
    tier,
    (call) => {
      const body = bodyOf(call.body);
      const limit = limitOf(body.limit, PAGE);
      const place = placeOf(body.cursor);
      const passes =
        body.filter === undefined || body.filter === null
          ? () => true
          : compileFilter(body.filter, lookupOf(call.state, search.filters, search.customFields));
      const matches = matching(body.search_text, search.text ?? []);
      const rows = call.state.table(resource).newest(place);
      const reply = pageOf(call, resource, rows, limit, (row) => passes(row) && matches(row));
      return reply.is === 'list' && search.paged === false ? { ...reply, next: undefined } : reply;
    },
    search,
  );

function bodyOf(body: unknown): Readonly<Record<string, unknown>> {
  if (body === undefined || body === null) return {};
  if (typeof body !== 'object' || Array.isArray(body)) throw badRequest('the body must be an object');
  return body as Record<string, unknown>;
}

/** A stand-in for Pylon's fuzzy search: whether any of the fields contains the text. */
function matching(text: unknown, fields: readonly string[]): (row: Row) => boolean {
  if (typeof text !== 'string' || text === '' || fields.length === 0) return () => true;
  const wanted = text.toLowerCase();
  return ({ object }) => fields.some((field) => `${object[field] ?? ''}`.toLowerCase().includes(wanted));
}
