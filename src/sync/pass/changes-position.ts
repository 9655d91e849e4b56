import type { Position } from '../../db/progress/cursors.ts';

/** The scope of the cursor of incremental pulls. */
export const CHANGES = 'changes';

/** The scope of the cursor of one type, of a resource that is read by types. */
export const changesOf = (type: string): string => `${CHANGES} ${type}`;

/** How far the changes of a resource have been pulled. Instants are RFC 3339. */
export interface ChangesPosition extends Position {
  /**
   * Every change before it is in the mirror. It moves only when a scan is complete: to that scan's start less the
   * overlap. Null before the first.
   */
  readonly watermark: string | null;
  /**
   * The latest time of change that a complete scan has seen; stands for Pylon's clock where Pylon sends no `Date`.
   */
  readonly highest?: string | null;
  /** The scan that has begun and not ended. */
  readonly scan?: {
    /** The scan asks for changes after this. */
    readonly bound: string;
    /** When the scan began, by the earlier of Pylon's clock and ours; null if Pylon's clock is unknown. */
    readonly start: string | null;
    /** When the scan began, by our clock. */
    readonly began?: string;
    readonly cursor: string;
    readonly highest: string | null;
  };
}
