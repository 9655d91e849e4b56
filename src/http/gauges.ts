import { Gauge, Registry } from 'prom-client';
import { ATTENTION_KINDS, attentionOf, isDown } from '../db/status/attention.ts';
import type { EndpointUse } from '../pylon/types.ts';
import type { Operations } from './operations.ts';
import type { Counted } from './reading.ts';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [value: number | null, labels?: Labels];

/** The gauges of this moment as Prometheus text; those of the mirror are left out when `status` is undefined. */
export async function gaugesText(operations: Operations, status: Counted | undefined): Promise<string> {
  const registry = new Registry();
  const gauge = (name: string, help: string, samples: readonly Sample[]) => {
    const known = samples.filter(([value]) => value !== null);
    if (known.length === 0) return;
    const labelNames = Object.keys(known[0]?.[1] ?? {});
    const made = new Gauge({ name: `pylon_sync_${name}`, help, labelNames, registers: [registry] });
    for (const [value, labels] of known) made.set(labels ?? {}, value ?? 0);
  };
  processGauges(operations, gauge);
  budgetGauges(operations.uses(), operations.now(), gauge);
  gauge('database_up', 'Whether the database answered this scrape.', [[status === undefined ? 0 : 1]]);
  if (status !== undefined) mirrorGauges(status, gauge);
  return registry.metrics();
}

type MakeGauge = (name: string, help: string, samples: readonly Sample[]) => void;

function processGauges({ version, activity }: Operations, gauge: MakeGauge): void {
  gauge('build_info', 'Always 1.', [[1, { version }]]);
  gauge('lease_held', 'Whether this process is the one that writes to the database.', [
    [activity.role === 'active' ? 1 : 0],
  ]);
  gauge('first_pass_done', 'Whether everything has been read once.', [[activity.complete ? 1 : 0]]);
}

function budgetGauges(uses: readonly EndpointUse[], now: number, gauge: MakeGauge): void {
  const each = (of: (use: EndpointUse) => number): readonly Sample[] =>
    uses.map((use) => [of(use), { endpoint: use.endpoint }]);
  gauge(
    'queue_depth',
    'Requests that wait for their turn.',
    each(({ queued }) => queued),
  );
  gauge(
    'budget_used',
    'Requests counted within the interval of the limit.',
    each(({ used }) => used),
  );
  gauge(
    'budget_limit',
    'Requests that this process allows itself in that interval.',
    each(({ limit }) => limit),
  );
  gauge(
    'paused_seconds',
    'Seconds for which a 429 still pauses the endpoint.',
    each(({ pausedUntil }) => Math.max(0, (pausedUntil - now) / 1000)),
  );
}

function mirrorGauges(status: Counted, gauge: MakeGauge): void {
  const { resources, stopped_scans, edits, plan, counted } = status;
  const each = (of: (status: (typeof resources)[number]) => number | null): readonly Sample[] =>
    resources.map((status) => [of(status), { resource: status.resource }]);
  gauge('pylon_up', 'Whether Pylon answers at all; absent before it was asked.', [
    [status.pylon === null ? null : Number(!isDown(status))],
  ]);
  const waiting = attentionOf(status);
  gauge(
    'attention',
    'Matters that need a person, as in `status`.',
    ATTENTION_KINDS.map((kind) => [waiting.filter((one) => one.kind === kind).length, { kind }]),
  );
  gauge('rows', 'Live rows; of a large table, an estimate.', counted ? each(({ rows }) => rows) : []);
  gauge(
    'lag_seconds',
    'Since the newest finished pass began; absent before everything was read once.',
    each(({ lag_seconds }) => lag_seconds),
  );
  gauge(
    'behind_schedule',
    'Whether it lags behind its schedule by three of its periods.',
    each(({ late }) => Number(late.length > 0)),
  );
  gauge(
    'failing',
    'Whether its last pass failed.',
    each(({ failing }) => (failing === null ? 0 : 1)),
  );
  gauge(
    'unavailable',
    'Whether Pylon refuses it to the token.',
    each(({ unavailable }) => Number(unavailable)),
  );
  gauge(
    'drift_rows',
    'Rows of the newest reconciliation that differed although earlier passes had covered their change.',
    each(({ drift }) => drift.reconcile),
  );
  gauge(
    'audit_sampled_rows',
    'Rows that the audit of 7 days read again.',
    each(({ drift }) => drift.audit.sampled),
  );
  gauge(
    'audit_drift_rows',
    'Rows among these that had drifted.',
    each(({ drift }) => drift.audit.drifted),
  );
  gauge(
    'deleted_rows',
    'Rows found deleted within 24 hours.',
    each(({ deleted }) => deleted),
  );
  gauge(
    'stopped_scans',
    'Scans for deletions that wait for a person.',
    each(({ resource }) => stopped_scans.filter((scan) => scan.resource === resource).length),
  );
  gauge(
    'rejected_records',
    'Objects that could not be stored.',
    each(({ rejected }) => rejected),
  );
  gauge(
    'waiting_rereads',
    'Rows that wait to be read again.',
    each(({ waiting }) => waiting),
  );
  gauge(
    'edits',
    'Edits by state; of those applied or discarded, the ones of 24 hours.',
    Object.entries(edits.by_state).map(([state, number]) => [number, { state }]),
  );
  gauge('edits_waiting_seconds', 'For how long the longest waiting edit has been; 0 when none is.', [
    [edits.waiting_seconds ?? 0],
  ]);
  gauge('backfill_left_seconds', 'What the limits alone take to read the rest; 0 when all is read.', [
    [plan?.seconds_left ?? null],
  ]);
}
