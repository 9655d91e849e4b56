import type { Order } from '../order.ts';
import type { Moment, TimeBounds } from './clock.ts';

/** Priorities of requests: a higher number leaves an endpoint's queue earlier. */
export const PRIORITY = { edit: 40, change: 30, backfill: 20, audit: 10 } as const;
export type Priority = keyof typeof PRIORITY;

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** A field of a form, or a file in it. */
export type FormPart =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly file: string; readonly type: string; readonly content: Uint8Array };

/** One request to Pylon. */
export interface PylonRequest {
  readonly method: Method;
  /** The route that Pylon's limits count, with placeholders in braces: `/issues/{id}/messages`. */
  readonly route: string;
  /** Values of the placeholders; percent-encoded by the client. */
  readonly params?: Readonly<Record<string, string>>;
  /** Of a list, each element is a parameter by itself. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  readonly body?: unknown;
  /** A form with files, in the place of a body. */
  readonly form?: readonly FormPart[];
  /** Default: that of the view the request is made through, or `backfill`. */
  readonly priority?: Priority;
  readonly signal?: AbortSignal;
  /** Fails with `AnswerTooLargeError` when the answer is larger. Default: 256 MiB. */
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
  /** Pylon's id of the request from the header in which some answers have it. */
  readonly requestId?: string | undefined;
}

/** The requests to one endpoint, for the budgets that `status` shows. */
export interface EndpointUse {
  /** `GET /issues` */
  readonly endpoint: string;
  /** Requests that this process may send in an interval (limit × share). */
  readonly limit: number;
  /** Requests counted in the last interval. */
  readonly used: number;
  /** When they were answered, epoch milliseconds; requests in flight are left out. */
  readonly answeredAt: readonly number[];
  readonly queued: number;
  /** Until when a 429 pauses the endpoint, epoch milliseconds; 0 when it is not paused. */
  readonly pausedUntil: number;
}

/** Whether Pylon answers this process, judged by all attempts; times are epoch milliseconds. */
export interface ReachState {
  /** Whether the last attempt (429s left out) got an answer from Pylon; undefined before the first. */
  readonly answers: boolean | undefined;
  /** Since when requests have got no answer; undefined while Pylon answers. */
  readonly silentSince: number | undefined;
  /** The last attempt without an answer from Pylon, and the status that came instead, if any. */
  readonly last: { readonly endpoint: string; readonly status: number | undefined } | undefined;
  /** Endpoints requested since then. */
  readonly asked: ReadonlySet<string>;
}

/** The client: every request to Pylon goes through one of these. */
export interface Pylon {
  /**
   * @throws PylonError as Pylon refuses it; TransientError if Pylon has not processed it; UnknownOutcomeError where a write may
   * have been applied, also when its signal aborted meanwhile; otherwise the signal's reason.
   */
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
  /** Bounds of the present time, from the last `Date` header seen and our own clock. */
  time(): TimeBounds;
  /** Takes the time before a request, whose answer then gives Pylon's time. */
  moment(): Moment;
  /** Milliseconds by which Pylon's clock is ahead of ours; undefined until Pylon's is known. */
  aheadMs(): number | undefined;
  /** Whether Pylon answers this process. */
  reach(): ReachState;
  /**
   * Rejects requests that are queued, in flight or made later. Idle connections end by themselves and do not keep the
   * process alive.
   */
  close(): Promise<void>;
}

/** One page of a listing. */
export interface Page<Objects = readonly unknown[]> {
  /** The objects as Pylon sent them, or as the reader converted them. */
  readonly objects: Objects;
  /** Cursor of the next page; `null` on the last. */
  readonly next: string | null;
  readonly bytes: number;
  readonly order: Order;
  readonly date: number | undefined;
}

/** A listing to page through: its endpoint, arguments and first cursor. */
export interface Listing {
  readonly method: 'GET' | 'POST';
  readonly route: string;
  readonly params?: Readonly<Record<string, string>>;
  /** GET: query parameters; POST: fields of the body. `limit` and `cursor` are added. */
  readonly arguments?: Readonly<Record<string, unknown>>;
  /** The field of the answer's object that is the list; absent where the answer is the list. */
  readonly items?: string | undefined;
  /** Page size to ask for first; `undefined` sends none. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly priority?: Priority;
  /** The signal of all requests, or what gives it to each of them. */
  readonly signal?: AbortSignal | (() => AbortSignal);
}
