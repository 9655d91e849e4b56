import { instant, parseInstant } from './instants.ts';
import type { Fields, Row } from './rows.ts';

/** Converts a row to the object in an answer. */
export type Show = (row: Row) => Fields;

/**
 * With traps, links to files are signed again at each read, and counters of time follow the clock.
 *
 * @param now Pylon's clock, epoch milliseconds.
 */
export function liveView(now: () => number, traps: boolean): Show {
  let reads = 0;
  const sign = (urls: readonly unknown[], at: number) =>
    urls.map((url) => {
      reads += 1;
      return typeof url === 'string' && url.startsWith('https://files.example/')
        ? `${url}?Expires=${Math.floor(at / 1_000) + 3_600}&Signature=s${reads.toString(36)}__&Key-Pair-Id=K2SANDBOX`
        : url;
    });
  const withSignedRecordings = (object: Fields): Fields => {
    const { recordings } = object;
    if (!Array.isArray(recordings)) return object;
    const signed = (recordings as Fields[]).map((recording) => {
      const [download_url] = sign([recording.download_url], now());
      return { ...recording, download_url };
    });
    return { ...object, recordings: signed };
  };
  return (row) => {
    if (!traps || row.raw) return row.object;
    const object = withSignedRecordings(row.object);
    const urls = Array.isArray(object.attachment_urls) ? 'attachment_urls' : 'file_urls';
    const links = object[urls];
    const signed = Array.isArray(links) && links.length > 0 ? { [urls]: sign(links, now()) } : undefined;
    if (object.time_in_status_seconds === undefined || object.state === 'closed') {
      return signed === undefined ? object : { ...object, ...signed };
    }
    return { ...object, ...signed, ...ticking(object, now()) };
  };
}

/** The counters of an open issue: the time in its present state grows. */
function ticking(issue: Fields, now: number): Fields {
  const since = Math.max(0, Math.floor((now - (parseInstant(issue.updated_at) ?? now)) / 1_000));
  const state = `${issue.state}`;
  const moves = issue.state === 'on_hold' && typeof issue.resolution_breach_time === 'string';
  return {
    time_in_status_seconds: advanced(issue.time_in_status_seconds, state, since),
    business_hours_time_in_status_seconds: advanced(
      issue.business_hours_time_in_status_seconds,
      state,
      Math.floor(since / 3),
    ),
    ...(typeof issue.active_time_seconds === 'number'
      ? { active_time_seconds: issue.active_time_seconds + Math.floor(since / 60) }
      : {}),
    ...(moves ? { resolution_breach_time: instant(now + 86_400_000) } : {}),
  };
}

function advanced(counters: unknown, state: string, seconds: number): Fields {
  const before = counters !== null && typeof counters === 'object' ? (counters as Fields) : {};
  return { ...before, [state]: Number(before[state] ?? 0) + seconds };
}
