import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Attempt } from '../pylon/observe.ts';

/** What became of a webhook. */
export type WebhookOutcome = 'accepted' | 'unsigned' | 'too_large' | 'malformed' | 'failed';

/** The counters of this process since its start. */
export interface Metrics {
  /** Counts an attempt at a request to Pylon. */
  observe(attempt: Attempt): void;
  webhook(outcome: WebhookOutcome): void;
  /** Webhooks so far. */
  webhooks(): { readonly accepted: number; readonly refused: number };
  /** The counters and Node's own metrics as Prometheus text. */
  text(): Promise<string>;
}

/** Buckets in seconds, from Pylon's quick answers to the time limit of one attempt. */
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The longest interval of Node's timers, in milliseconds. */
const NEVER_MS = 2 ** 31 - 1;
/** What prom-client takes from a timer that wakes the process a hundred times a second, also while it has nothing to do. */
const SAMPLED = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map(
  (name) => `nodejs_eventloop_lag_${name}_seconds`,
);

/**
 * Creates the counters in a registry of their own, so that two instances do not share counts.
 *
 * @param lostLines returns how many lines of the log could not be written so far.
 */
export function createMetrics(lostLines: () => number = () => 0): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: NEVER_MS });
  for (const name of SAMPLED) registry.removeSingleMetric(name);
  const registers = [registry];
  const requests = new Counter({
    name: 'pylon_sync_requests_total',
    help: 'Attempts at requests to Pylon by outcome; status is empty where no answer came.',
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
    help: 'Webhooks by outcome.',
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
      // Creates the series at 0 with the first request, so that the first 429 shows as an increase.
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

/** The content type of the metrics' text. */
export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;
