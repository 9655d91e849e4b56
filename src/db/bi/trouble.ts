import { sql } from 'drizzle-orm';
import { someOf } from '../../format.ts';
import { type Blocker, blockersInWords } from '../connection/blockers.ts';
import type { Executor } from '../connection/connect.ts';
import { utc } from '../connection/utc.ts';
import { readSetting, writeSetting } from '../workspace/setting.ts';

/** Why a view, or the comments of a relation, is not in its wanted form. */
export interface ViewTrouble {
  /** `pylon_bi.issues` */
  readonly relation: string;
  /** When that was first noted, RFC 3339 in UTC. */
  readonly since: string;
  /** Why it keeps its former form; null if it has the present one. */
  readonly because: string | null;
  /** The sessions that had a lock on it at the last attempt, if that was the reason. */
  readonly blockers: readonly Blocker[];
  /** Slugs of the custom fields for which it has no room. */
  readonly left_out: readonly string[];
}

const KEY = 'view_troubles';

/** The noted troubles of views. */
export const readTroubles = async (db: Executor): Promise<readonly ViewTrouble[]> =>
  (await readSetting<readonly ViewTrouble[]>(db, KEY)) ?? [];

/** Replaces the noted troubles of views. A trouble that lasts keeps its `since`. */
export async function noteTroubles(
  tx: Executor,
  found: readonly Omit<ViewTrouble, 'since'>[],
): Promise<readonly ViewTrouble[]> {
  const before = await readTroubles(tx);
  const { rows } = await tx.execute<{ now: string }>(sql`SELECT ${utc('now()')} AS now`);
  const now = rows[0]?.now ?? '';
  const troubles = found.map((trouble) => {
    const former = before.find(({ relation }) => relation === trouble.relation);
    return { ...trouble, since: former?.since ?? now };
  });
  await writeSetting(tx, KEY, troubles);
  return troubles;
}

/** The table that a view shows. */
const tableOf = (view: string) => (view.startsWith('custom_') ? 'custom_objects' : view);

/** The custom fields for which a view has no room, as a phrase after its name. */
export const leftOutInWords = (view: string, slugs: readonly string[]): string =>
  `has no room for the custom fields ${someOf(slugs)}, which pylon.${tableOf(view)}.custom_fields has`;

/** The trouble as sentences for people. */
export function troubleInWords({ relation, because, blockers, left_out }: ViewTrouble): readonly string[] {
  const why = blockers.length > 0 ? `it is in use by ${blockersInWords(blockers)}` : because;
  const view = relation.replace('pylon_bi.', '');
  return [
    ...(because === null ? [] : [`${relation} keeps its former form: ${why}`]),
    ...(left_out.length === 0 ? [] : [`${relation} ${leftOutInWords(view, left_out)}`]),
  ];
}
