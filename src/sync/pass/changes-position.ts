import type { Position } from '../../db/progress/cursors.ts';

/** Scope of the cursor of incremental pulls. */
export const CHANGES = 'changes';

/** How far the changes of a resource have been pulled. Instants are RFC 3339. */
export interface ChangesPosition extends Position {
  /**
   * Every change before it is here. Moves only when a scan is complete: to that scan's start less the overlap.
   * Null before the first.
   */
  readonly watermark: string | null;
  /** Latest time of change that a complete scan has seen: Pylon's clock, where it sends no `Date`. */
  readonly highest?: string | null;
  /** A scan that was begun and not ended. */
  readonly scan?: {
    /** What it asks for: changes after this. */
    readonly bound: string;
    /** When it began, by the earlier of Pylon's clock and ours; null where Pylon does not say what time it is. */
    readonly start: string | null;
    /** When it began by our own clock. */
    readonly began?: string;
    readonly cursor: string;
    readonly highest: string | null;
  };
}
