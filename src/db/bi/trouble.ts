import { sql } from 'drizzle-orm';
import { someOf } from '../../format.ts';
import { type Blocker, blockersInWords } from '../connection/blockers.ts';
import type { Executor } from '../connection/connect.ts';
import { utc } from '../connection/utc.ts';
import { readSetting, writeSetting } from '../workspace/setting.ts';

/** What a view, or a relation's comments, lacks of what it is to be. */
export interface ViewTrouble {
  /** `pylon_bi.issues` */
  readonly relation: string;
  /** When that was found first, RFC 3339 in UTC. */
  readonly since: string;
  /** Why it keeps its former form; null where it has the present one. */
  readonly because: string | null;
  /** Who holds a lock on it, where that is why: as of the newest attempt. */
  readonly blockers: readonly Blocker[];
  /** Custom fields for which it has no room, by their slugs. */
  readonly left_out: readonly string[];
}

const KEY = 'view_troubles';

/** What is noted of views that are not as they are to be. */
export const readTroubles = async (db: Executor): Promise<readonly ViewTrouble[]> =>
  (await readSetting<readonly ViewTrouble[]>(db, KEY)) ?? [];

/** Notes what views lack, in the place of what was noted; what lasts keeps its beginning. */
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

/** What a view lacks that has no room for custom fields, after its name. */
export const leftOutInWords = (view: string, slugs: readonly string[]): string =>
  `has no room for the custom fields ${someOf(slugs)}, which pylon.${view}.custom_fields has`;

/** Sentences for people. */
export function troubleInWords({ relation, because, blockers, left_out }: ViewTrouble): readonly string[] {
  const why = blockers.length > 0 ? `it is in use by ${blockersInWords(blockers)}` : because;
  const view = relation.replace('pylon_bi.', '');
  return [
    ...(because === null ? [] : [`${relation} keeps its former form: ${why}`]),
    ...(left_out.length === 0 ? [] : [`${relation} ${leftOutInWords(view, left_out)}`]),
  ];
}
