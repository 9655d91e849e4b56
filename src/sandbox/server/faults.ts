/** What a fault does to one request. */
export type FaultKind =
  | '429'
  | '500'
  | '400'
  | '401'
  | '403'
  | '404'
  | 'reset'
  | 'hang'
  | 'truncate'
  | 'html'
  | 'text'
  | 'repeat-cursor'
  | 'no-data'
  | 'lost-answer'
  | 'slow';

export const FAULT_KINDS: readonly FaultKind[] = [
  '429',
  '500',
  '400',
  '401',
  '403',
  '404',
  'reset',
  'hang',
  'truncate',
  'html',
  'text',
  'repeat-cursor',
  'no-data',
  'lost-answer',
  'slow',
];

export interface Fault {
  /** `GET /issues`, or `*` for any. */
  readonly endpoint: string;
  readonly kind: FaultKind;
  /** How many requests it affects. Default 1. */
  readonly times?: number;
  /** How many requests of the endpoint pass unaffected before. Default 0. */
  readonly skip?: number;
  /** How long a 429 asks to wait: seconds, or any text, as other servers and proxies send it. Default 1. */
  readonly retryAfter?: number | string;
  /** The header with that time. Default `X-Retry-After`. */
  readonly header?: 'X-Retry-After' | 'Retry-After' | 'none';
  /** Delay of a `slow` answer, milliseconds. Default 1,000. */
  readonly delayMs?: number;
  /** What a `slow` answer waits for instead. */
  readonly until?: Promise<unknown>;
  /** Status of an answer of `html` or `text`. Default 200. */
  readonly status?: number;
  /** The whole body of an answer of `text`. Default: empty. */
  readonly text?: string;
}

/** Faults of coming requests, in the order in which they were added. */
export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** The fault of the request that has just arrived, if any. */
  take(endpoint: string): Fault | undefined;
}

export function newFaults(): Faults {
  let queue: { fault: Fault; skip: number; times: number }[] = [];
  return {
    add: (fault) => {
      queue.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });
    },
    clear: () => {
      queue = [];
    },
    take: (endpoint) => {
      const next = queue.find(({ fault }) => fault.endpoint === endpoint || fault.endpoint === '*');
      if (next === undefined) return undefined;
      if (next.skip > 0) {
        next.skip -= 1;
        return undefined;
      }
      next.times -= 1;
      if (next.times <= 0) queue = queue.filter((entry) => entry !== next);
      return next.fault;
    },
  };
}
