import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Attempt } from '../pylon/observe.ts';

/** What became of a webhook. */
export type WebhookOutcome = 'accepted' | 'unsigned' | 'too_large' | 'malformed' | 'failed';

/** What this process counts from its start on. */
export interface Metrics {
  /** Counts an attempt at a request, as the client tells of it. */
  observe(attempt: Attempt): void;
  webhook(outcome: WebhookOutcome): void;
  /** Webhooks so far. */
  webhooks(): { readonly accepted: number; readonly refused: number };
  /** The counts, and how the process is doing, as Prometheus reads them. */
  text(): Promise<string>;
}

/** Seconds: Pylon's quick answers, its heavy pages, and the limit of one attempt. */
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * A registry of its own: two of them know nothing of each other.
 *
 * @param lostLines how many lines of the log could not be written so far.
 */
export function createMetrics(lostLines: () => number = () => 0): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Counter({
    name: 'pylon_sync_requests_total',
    help: 'Attempts at requests to Pylon by what they came to; status is empty where no answer came.',
    labelNames: ['endpoint', 'outcome', 'status'],
    registers,
  });
  const limited = new Counter({
    name: 'pylon_sync_rate_limited_total',
    help: 'Requests that Pylon answered with 429.',
    labelNames: ['endpoint'],
    registers,
  });
  const latency = new Histogram({
    name: 'pylon_sync_request_duration_seconds',
    help: 'From the start of an attempt to the end of its answer.',
    labelNames: ['endpoint'],
    buckets: BUCKETS,
    registers,
  });
  const hooks = new Counter({
    name: 'pylon_sync_webhooks_total',
    help: 'Webhooks by what became of them.',
    labelNames: ['outcome'],
    registers,
  });
  new Counter({
    name: 'pylon_sync_log_lines_lost_total',
    help: 'Lines of the log that could not be written.',
    registers,
    collect() {
      this.reset();
      this.inc(lostLines());
    },
  });
  const taken = { accepted: 0, refused: 0 };
  return {
    observe({ endpoint, outcome, status, milliseconds }) {
      requests.inc({ endpoint, outcome, status: status === undefined ? '' : String(status) });
      // From the first request on, so that the first 429 is seen as an increase.
      limited.inc({ endpoint }, outcome === 'limited' ? 1 : 0);
      latency.observe({ endpoint }, milliseconds / 1000);
    },
    webhook(outcome) {
      hooks.inc({ outcome });
      taken[outcome === 'accepted' ? 'accepted' : 'refused'] += 1;
    },
    webhooks: () => ({ ...taken }),
    text: () => registry.metrics(),
  };
}

/** What the text of `metrics` is. */
export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;
