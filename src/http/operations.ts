import type { Logger } from 'pino';
import type { Watch } from '../db/status/watch.ts';
import type { EndpointUse } from '../pylon/types.ts';
import type { Reports } from '../reports/open.ts';
import type { Secret } from '../secret.ts';
import type { Activity } from '../sync/pass/activity.ts';
import type { Hint, HintNames } from './hints.ts';
import type { Metrics } from './metrics.ts';

/** What the port knows of the process around it: what it shows, and where it passes webhooks on. */
export interface Operations {
  readonly version: string;
  readonly activity: Readonly<Activity>;
  /** The connection for reading the status; undefined until the database's address is known. */
  readonly watch: () => Watch | undefined;
  /** The connection for reading reports; undefined likewise. */
  readonly reports: () => Reports | undefined;
  /** This process's requests to each endpoint; empty while it has no client. */
  readonly uses: () => readonly EndpointUse[];
  readonly metrics: Metrics;
  /** Queues records for a reread. Rejects when it cannot; the webhook's sender then gets 503 and may retry. */
  readonly hint: (hints: readonly Hint[]) => Promise<void>;
  /** What webhooks call the objects that they may name. */
  readonly hinted: HintNames;
  /** Host names of the pages, in lower case; IP addresses and `localhost` are always allowed. */
  readonly hosts: readonly string[];
  /** Undefined where webhooks are off. */
  readonly webhookSecret: Secret | undefined;
  /** Makes of our commands in a text what can be run from where this process was started. Default: nothing. */
  readonly withCommands?: (text: string) => string;
  /** Replaces secrets in a text. */
  readonly conceal: (text: string) => string;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How long the port waits for the database; default: `PATIENCE`. */
  readonly patience?: Patience;
}

/** How long the port waits for the database before it answers without it, in milliseconds. */
export interface Patience {
  /** For reading a few rows. */
  readonly rows: number;
  /** For counting the rows of the mirror. */
  readonly count: number;
  /** For reading a report, which takes longer; a result that comes later is cached for the next request. */
  readonly report: number;
}

export const PATIENCE: Patience = { rows: 2_500, count: 1_000, report: 8_000 };
