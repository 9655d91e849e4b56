import { sql } from 'drizzle-orm';
import { FILES } from '../../resources/actions.ts';
import type { Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { col } from '../edits/table.ts';
import { edits } from '../tables.ts';
import { type EditOutcome, type Ended, settleEach } from './end.ts';
import { revive } from './revive.ts';

/** A file that Pylon has taken. */
export interface Upload {
  readonly resource: Resource;
  /** The provisional id, for which other edits wait. */
  readonly record: string;
  readonly edit: number;
  readonly editOutcomes: readonly EditOutcome[];
  readonly id: string;
  readonly url: string;
}

/** Settles the upload of a file: its provisional id stands for the address from now on. */
export async function settleUploaded(
  tx: Executor,
  { record, edit, editOutcomes, id, url }: Upload,
): Promise<readonly Ended[]> {
  const ended = await settleEach(tx, editOutcomes);
  await tx.execute(sql`
    INSERT INTO pylon_sync.ids (provisional, resource, id) VALUES (${record}, ${FILES}, ${url})
        ON CONFLICT (provisional) DO NOTHING`);
  await tx.execute(sql`UPDATE ${edits} SET ${col.record_id} = ${id} WHERE ${col.id} = ${edit}`);
  await revive(tx, edit);
  return ended;
}
