import { sql } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';
import { readSetting } from './setting.ts';

/** Pylon's refusal of the token, and with it of everything. */
export interface TokenRefusal {
  /** When it was first met, RFC 3339 in UTC. */
  readonly since: string;
  readonly because: string;
}

const KEY = 'token_refused';

/** What is noted of a refused token; null while it works, or before anybody has used one. */
export const readTokenRefusal = async (db: Executor): Promise<TokenRefusal | null> =>
  (await readSetting<TokenRefusal>(db, KEY)) ?? null;

/** Notes that Pylon refuses the token; within a writing transaction. One that lasts keeps its beginning. */
export async function noteTokenRefusal(tx: Executor, because: string): Promise<void> {
  await tx.execute(sql`
    INSERT INTO pylon_sync.settings (key, value)
    VALUES (${KEY}, jsonb_build_object(
             'since', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'because', ${because}::text))
        ON CONFLICT (key) DO UPDATE SET value = settings.value || jsonb_build_object('because', ${because}::text)`);
}

/** Notes that Pylon takes the token; within a writing transaction. */
export async function dropTokenRefusal(tx: Executor): Promise<void> {
  await tx.execute(sql`DELETE FROM pylon_sync.settings WHERE key = ${KEY}`);
}

/** The end of the error of a run that was refused although `GET /me` takes the token. */
export const WORKS_ELSEWHERE = 'although the token works elsewhere';
