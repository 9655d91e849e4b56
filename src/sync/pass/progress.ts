import type { PassKind } from './kinds.ts';

/** Counts of the objects that a pass read, by outcome. */
interface Counts {
  read: number;
  inserted: number;
  updated: number;
  unchanged: number;
  rejected: number;
  /** Rows marked as deleted. */
  deleted: number;
  /** Rows that differed although earlier passes had covered the time of their change: drift. */
  drifted: number;
}

/** `interrupted`: the daemon or command was stopped; the pass itself did not fail. */
export type PassState = 'waiting' | 'running' | 'done' | 'failed' | 'unavailable' | 'interrupted';

/** The progress of one resource's pass. The object is updated in place and reported after each step. */
export interface ResourceProgress extends Counts {
  readonly kind: PassKind;
  readonly resource: string;
  state: PassState;
  /** Answers received. */
  pages: number;
  /** Requests sent, retries included. */
  requests: number;
  /** Share of the work done, 0 to 1 (of the time range for issues, of the parents for children); undefined while unknown. */
  covered: number | undefined;
  /** Requests still needed, as far as known; undefined while unknown. */
  remainingRequests: number | undefined;
  /** The endpoint that bounds this resource, e.g. `GET /issues`. */
  readonly endpoint: string;
  /** When the pass began, in epoch milliseconds; undefined before. */
  startedAt: number | undefined;
  finishedAt: number | undefined;
  /** Seconds left given the rate limits; undefined while unknown. */
  secondsLeft: number | undefined;
  /** Why it failed or is unavailable. */
  error: string | undefined;
}

/** The step reported for a resource that an earlier run has finished: no request is sent. */
export const FINISHED_BEFORE = 'finished before';

/** Called after every step (a page stored, a state changed); must return quickly and not throw. */
export type OnProgress = (progress: Readonly<ResourceProgress>, step: string) => void;

export function newProgress(
  resource: string,
  endpoint: string,
  kind: PassKind = 'backfill',
): ResourceProgress {
  return {
    kind,
    resource,
    endpoint,
    state: 'waiting',
    pages: 0,
    requests: 0,
    read: 0,
    inserted: 0,
    updated: 0,
    unchanged: 0,
    rejected: 0,
    deleted: 0,
    drifted: 0,
    covered: undefined,
    remainingRequests: undefined,
    startedAt: undefined,
    finishedAt: undefined,
    secondsLeft: undefined,
    error: undefined,
  };
}
