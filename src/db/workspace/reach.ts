import type { Executor } from '../connection/connect.ts';
import { readSetting, writeSetting } from './setting.ts';

/** Whether Pylon answers, as the last process that used it has noted. */
export interface PylonReach {
  /** Since when Pylon has not answered any request, RFC 3339; null while it answers. */
  readonly down_since: string | null;
  /** The last request that failed and its outcome: `GET /me: 503`; null while Pylon answers. */
  readonly last: string | null;
}

const KEY = 'pylon';

/** Saves whether Pylon answers; must run in a writing transaction. */
export async function saveReach(tx: Executor, reach: PylonReach): Promise<void> {
  await writeSetting(tx, KEY, reach);
}

/** What was saved last; undefined if nothing was. */
export async function readReach(db: Executor): Promise<PylonReach | undefined> {
  return readSetting<PylonReach>(db, KEY);
}
