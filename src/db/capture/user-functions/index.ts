import { awaitedEdits } from './awaited-edits.sql.ts';
import { decideInParts } from './decide-in-parts.sql.ts';
import { decisionFunctions } from './decisions.ts';
import { editResults } from './edit-results.sql.ts';
import { realId } from './real-id.sql.ts';
import { undo } from './undo.sql.ts';
import { waitForEdits } from './wait-for-edits.sql.ts';

/** The functions for people, without actions. They do only what the caller may do. */
export const userFunctions: readonly string[] = [
  ...decisionFunctions,
  decideInParts,
  awaitedEdits,
  waitForEdits,
  editResults,
  realId,
  undo,
];
