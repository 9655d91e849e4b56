import type { Figure } from './loads.ts';
import type { Requests } from './requests.ts';

/** What was measured on a workspace of one size. */
export interface SizeResult {
  readonly issues: number;
  readonly figures: readonly Figure[];
  /** Each figure is the median of so many. */
  readonly rounds: number;
  /** Of `pylon-sync backfill --resource issues`, into an empty database. */
  readonly peakBytes: number;
}

/** Everything of one run. */
export interface Results {
  readonly command: string;
  readonly date: string;
  readonly machine: string;
  readonly sizes: readonly SizeResult[];
  readonly requests: Requests;
}
