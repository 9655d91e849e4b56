import { DAY, parseInstant } from '../../data/instants.ts';
import type { Row } from '../../data/rows.ts';
import { limitOf, pageOf, placeOf } from '../../routes/pages.ts';
import { badRequest } from '../../routes/refusal.ts';
import type { Call, Reply } from '../../routes/route.ts';

/** Filters by `created_at` only, so an update of an older issue does not appear. */
export function listIssues(call: Call): Reply {
  const { maxWindowDays, windowBounds } = call.state.settings;
  const start = timeOf(call, 'start_time');
  const end = timeOf(call, 'end_time');
  if (end < start) throw badRequest('end_time must not be before start_time');
  if (end - start > maxWindowDays * DAY) {
    throw badRequest(`the time range must be at most ${maxWindowDays} days`);
  }
  const asked = limitOf(call.query.limit, { least: 0, most: 20_000, usual: 20_000 });
  const ending = windowBounds === 'closed' ? end + 999 : end - 1;
  const place = placeOf(call.query.cursor) ?? { created: ending + 1, key: '' };
  const rows = call.state
    .table('issues')
    .newest(place.created > ending + 1 ? { created: ending + 1, key: '' } : place);
  return pageOf(call, 'issues', since(rows, start), asked === 0 ? 20_000 : asked);
}

function* since(rows: Iterable<Row>, start: number): Generator<Row> {
  for (const row of rows) {
    if (row.created < start) return;
    yield row;
  }
}

function timeOf(call: Call, name: string): number {
  const text = call.query[name];
  if (text === undefined || text === '') throw badRequest(`${name} is required`);
  const time = parseInstant(text);
  if (time === undefined) throw badRequest(`${name} must be a time in RFC 3339`);
  return time;
}
