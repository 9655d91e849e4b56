import { sql } from 'drizzle-orm';
import { moves } from '../../edits/states.ts';
import { toJson } from '../../exact.ts';
import { statesIn } from '../edits/queue.ts';
import { col, editsAs } from '../edits/table.ts';
import { type Writer, writingOnceUnlocked } from '../lease/writing-once-unlocked.ts';
import { edits } from '../tables.ts';
import { editOutcomesIn, type Outcome, outcomeToJson } from './outcome.ts';

const e = editsAs('e');

/** Why an outcome could not be settled, and when to retry. */
interface Failure {
  /** How often it failed, including this time. */
  readonly tries: number;
  readonly error: string;
  readonly waitMs: number;
}

/**
 * Saves the outcome of edits in Pylon with them if it cannot be settled now, so that they are not sent again. Writes
 * no other table, so that no trigger or constraint of a user's can make it fail.
 */
export async function keepAnswer(
  writer: Writer,
  outcome: Outcome,
  { tries, error, waitMs }: Failure,
): Promise<void> {
  const { from, to } = moves('answer');
  const editOutcomes = editOutcomesIn(outcome).map(({ id, status, requestId }) => ({
    id,
    status,
    request_id: requestId,
  }));
  await writingOnceUnlocked(writer, (tx) =>
    tx.execute(sql`
      UPDATE ${edits} AS e
         SET ${col.state} = ${to}, ${col.error} = ${error}, ${col.http_status} = editOutcome.status, ${col.request_id} = editOutcome.request_id,
             ${col.answer} = jsonb_build_object('tries', ${tries}::integer, 'outcome', ${outcomeToJson(outcome)}::jsonb),
             ${col.next_attempt_at} = clock_timestamp() + make_interval(secs => ${waitMs / 1000})
        FROM jsonb_to_recordset(${toJson(editOutcomes)}::jsonb) AS editOutcome(id bigint, status integer, request_id text)
       WHERE ${e.id} = editOutcome.id AND ${e.state} = ANY(${statesIn(from)})`),
  );
}
