import type { Order } from '../order.ts';
import type { Moment, TimeBounds } from './clock.ts';

/** Who spends the budget first; a higher number leaves an endpoint's queue earlier. */
export const PRIORITY = { edit: 40, change: 30, backfill: 20, audit: 10 } as const;
export type Priority = keyof typeof PRIORITY;

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** One request, before its place in a queue. */
export interface PylonRequest {
  readonly method: Method;
  /** The route as Pylon counts it, placeholders in braces: `/issues/{id}/messages`. */
  readonly route: string;
  /** Values of the placeholders; percent-encoded by the client. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
  /** Default: that of the view it is made through, in the end `backfill`. */
  readonly priority?: Priority;
  readonly signal?: AbortSignal;
  /** Give up reading an answer beyond this size with `AnswerTooLargeError`. Default: 256 MiB. */
  readonly maxBytes?: number;
}

/** A 2xx answer, read whole and parsed. */
export interface Answer {
  readonly status: number;
  /** The parsed JSON body; `undefined` where the body was empty. */
  readonly body: unknown;
  /** Length of the body, in bytes as received after decompression. */
  readonly bytes: number;
  readonly order: Order;
  /** Pylon's `Date` header, epoch milliseconds; `undefined` where absent or unreadable. */
  readonly date: number | undefined;
}

/** What has been asked of one endpoint, for the budget shown in `status`. */
export interface EndpointUse {
  /** `GET /issues` */
  readonly endpoint: string;
  /** Requests this process allows itself in an interval (limit × share). */
  readonly limit: number;
  /** Requests counted in the last interval. */
  readonly used: number;
  /** When those that were answered were, epoch milliseconds. */
  readonly answeredAt: readonly number[];
  readonly queued: number;
  /** Epoch milliseconds until which a 429 holds this endpoint back; 0 when it does not. */
  readonly pausedUntil: number;
}

/** Whether Pylon answers at all, by what became of all attempts at requests; times are epoch milliseconds. */
export interface ReachState {
  /** Whether the newest attempt that says something got an answer of Pylon's; undefined before the first. */
  readonly answers: boolean | undefined;
  /** Since when nothing was answered although something was asked; undefined while Pylon answers. */
  readonly silentSince: number | undefined;
  /** The last attempt that got no answer, and the status of whatever came instead. */
  readonly last: { readonly endpoint: string; readonly status: number | undefined } | undefined;
  /** Endpoints that were asked since then. */
  readonly asked: ReadonlySet<string>;
}

/** The client: every request of the project goes through one of these. */
export interface Pylon {
  request(request: PylonRequest): Promise<Answer>;
  /** A view on the same queues that also calls `count` once for every request sent (retries included). */
  counted(count: (endpoint: string) => void): Pylon;
  /** A view on the same queues whose requests have this priority where they name none. */
  prioritised(priority: Priority): Pylon;
  /** Requests a minute available to an endpoint (limit × share), e.g. `perMinute('GET /issues')`. */
  perMinute(endpoint: string): number;
  /** Milliseconds over which Pylon counts requests. */
  readonly intervalMs: number;
  /** Endpoints used so far. */
  uses(): readonly EndpointUse[];
  /** What is known of the time at Pylon now, by the last `Date` header seen and by our own clock. */
  time(): TimeBounds;
  /** Notes the time before something is asked, whose answer tells Pylon's. */
  moment(): Moment;
  /** Milliseconds by which Pylon's clock is ahead of ours; undefined until it has said what time it is. */
  aheadMs(): number | undefined;
  /** Whether Pylon answers this process at all. */
  reach(): ReachState;
  /**
   * Rejects what is queued, under way or asked for later. Idle connections end by themselves; they do not
   * keep the process alive.
   */
  close(): Promise<void>;
}

/** One page of a listing, in the envelope of either document. */
export interface Page<Objects = readonly unknown[]> {
  /** As they came, or what the reader made of them. */
  readonly objects: Objects;
  /** Cursor of the next page; `null` on the last. */
  readonly next: string | null;
  readonly bytes: number;
  readonly order: Order;
  readonly date: number | undefined;
}

/** A listing to page through: where, with what, from which cursor. */
export interface Listing {
  readonly method: 'GET' | 'POST';
  readonly route: string;
  readonly params?: Readonly<Record<string, string>>;
  /** GET: query parameters; POST: fields of the body. `limit` and `cursor` are added. */
  readonly arguments?: Readonly<Record<string, unknown>>;
  /** Page size to ask for first; `undefined` sends none. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly priority?: Priority;
  readonly signal?: AbortSignal;
}
