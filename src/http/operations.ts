import type { Logger } from 'pino';
import type { Watch } from '../db/status/watch.ts';
import type { EndpointUse } from '../pylon/types.ts';
import type { Reports } from '../reports/open.ts';
import type { Secret } from '../secret.ts';
import type { Activity } from '../sync/pass/activity.ts';
import type { Hint } from './hints.ts';
import type { Metrics } from './metrics.ts';

/** What the daemon's port shows and takes: all that it knows of the process around it. */
export interface Operations {
  readonly version: string;
  readonly activity: Readonly<Activity>;
  /** The database; undefined while the process does not know yet where it is. */
  readonly watch: () => Watch | undefined;
  /** Its views, likewise. */
  readonly reports: () => Reports | undefined;
  /** What this process's client asks of each endpoint; nothing while it has none. */
  readonly uses: () => readonly EndpointUse[];
  readonly metrics: Metrics;
  /** Notes records to be read again. Rejects when it cannot: whoever sent them is told to come again. */
  readonly hint: (hints: readonly Hint[]) => Promise<void>;
  /** Names, in lower case, under which the pages may be asked for; addresses and `localhost` are known besides. */
  readonly hosts: readonly string[];
  /** Without one, no webhook is taken. */
  readonly webhookSecret: Secret | undefined;
  /** Blacks out secrets in text that others wrote. */
  readonly conceal: (text: string) => string;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How long it waits; default: `PATIENCE`. */
  readonly patience?: Patience;
}

/** How long the port waits for its database before it answers without, milliseconds. */
export interface Patience {
  /** For what is a few rows: whoever asks is a person, or a machine that gives up soon. */
  readonly rows: number;
  /** For counting the rows of the mirror. */
  readonly count: number;
  /** For views, which take longer to read; what comes later is there for the next who asks. */
  readonly report: number;
}

export const PATIENCE: Patience = { rows: 2_500, count: 1_000, report: 8_000 };
