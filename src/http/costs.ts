import { Counter, Gauge, Registry } from 'prom-client';
import type { Costs } from '../db/status/costs.ts';

/** What the mirror costs its database, as Prometheus text. */
export function costsText({ sizeBytes, transactions, tables, editSeconds }: Costs): Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({ name: 'pylon_sync_database_size_bytes', help: 'Size of the database.', registers }).set(
    sizeBytes,
  );
  new Counter({
    name: 'pylon_sync_database_transactions_total',
    help: 'Transactions in the database, whoever began them.',
    registers,
  }).inc(transactions);
  const written = new Counter({
    name: 'pylon_sync_rows_written_total',
    help: 'Rows of the mirror that were inserted, updated and deleted, by the daemon or by others.',
    labelNames: ['resource', 'change'],
    registers,
  });
  const dead = new Gauge({
    name: 'pylon_sync_dead_rows',
    help: 'Former versions of rows that vacuum has not removed yet.',
    labelNames: ['resource'],
    registers,
  });
  for (const { table: resource, inserted, updated, deleted, dead: former } of tables) {
    for (const [change, rows] of Object.entries({ inserted, updated, deleted }))
      written.inc({ resource, change }, rows);
    dead.set({ resource }, former);
  }
  const seconds = new Gauge({
    name: 'pylon_sync_edit_seconds',
    help: 'From when an edit began to wait for the daemon until it was applied, of the last hour.',
    labelNames: ['quantile'],
    registers,
  });
  for (const { quantile, seconds: taken } of editSeconds) seconds.set({ quantile: `${quantile}` }, taken);
  return registry.metrics();
}
