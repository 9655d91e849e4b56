import type { ChildFigures } from './children.ts';
import type { DaemonFigures } from './daemon.ts';
import type { EditFigures } from './edits.ts';
import type { HistoryFigures } from './history.ts';
import type { IdleFigures } from './idle.ts';
import type { LargeFigures } from './large.ts';
import type { Figure } from './loads.ts';
import type { Requests } from './requests.ts';
import type { StarterFigures } from './starters.ts';
import type { ViewFigures } from './views.ts';

/** What was measured on a workspace of one size. */
export interface SizeResult {
  readonly issues: number;
  readonly figures: readonly Figure[];
  /** Each figure is the median of so many. */
  readonly rounds: number;
  /** Of `pylon-sync backfill --resource issues`, into an empty database. */
  readonly peakBytes: number;
}

/** Where, when and how it was measured. */
export interface Circumstances {
  readonly command: string;
  readonly date: string;
  readonly machine: string;
}

/** Everything of one run. */
export interface Results extends Circumstances {
  readonly sizes: readonly SizeResult[];
  readonly requests: Requests;
  readonly children: ChildFigures;
  readonly daemon: DaemonFigures;
  readonly edits: EditFigures;
  readonly idle: IdleFigures;
  readonly views: ViewFigures;
  readonly history: HistoryFigures;
  readonly large: LargeFigures;
  readonly starters: StarterFigures;
}
