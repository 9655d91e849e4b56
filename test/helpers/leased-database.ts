import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Database } from '../../src/db/connection/connect.ts';
import { acquireLease, type Lease } from '../../src/db/lease/lease.ts';
import { newPendingDeletions, type PendingDeletions } from '../../src/db/mirror/pending-deletions.ts';
import { type Store, type StoredBatch, storer } from '../../src/db/mirror/store.ts';
import type { Resource } from '../../src/resources/define.ts';
import { test as base } from './database.ts';

export interface Mirror extends Omit<Database, 'pool' | 'orm'> {
  /** The test's own, whose statements are what they say. */
  readonly pool: pg.Pool;
  readonly orm: NodePgDatabase;
  readonly lease: Lease;
  readonly doubts: PendingDeletions;
  storer(resource: Resource): Store;
  /** Stores objects as one answer that came in just now. */
  store(
    resource: Resource,
    objects: readonly unknown[],
    facts?: Record<string, string>,
  ): Promise<StoredBatch>;
  /** All rows of a query. */
  rows<Row extends Record<string, unknown>>(query: string, values?: unknown[]): Promise<Row[]>;
}

/** `test` with a database that this process holds the lease of. */
export const test = base.extend<{ mirror: Mirror }>({
  mirror: async ({ database }, use) => {
    const db = await database.connected();
    const lease = await acquireLease(db, { command: 'test' });
    const doubts = newPendingDeletions();
    await use({
      ...db,
      pool: database.pool,
      orm: drizzle({ client: database.pool }),
      lease,
      doubts,
      storer: (resource) => storer(db, lease, resource, doubts),
      store: (resource, objects, facts = {}) => {
        const asked = lease.nextOrder();
        const store = storer(db, lease, resource, doubts);
        return store.write(store.map(objects, facts, { asked, answered: lease.nextOrder() }));
      },
      rows: async (query, values) => (await database.pool.query(query, values)).rows,
    });
    await lease.release();
  },
});
