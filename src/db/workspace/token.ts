import { sql } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';
import { readSetting } from './setting.ts';

/** The fact that Pylon refuses the token, and so every request. */
export interface TokenRefusal {
  /** When Pylon first refused it, RFC 3339 in UTC. */
  readonly since: string;
  readonly because: string;
}

const KEY = 'token_refused';

/** The noted refusal of the token; null while the token works, or before one was used. */
export const readTokenRefusal = async (db: Executor): Promise<TokenRefusal | null> =>
  (await readSetting<TokenRefusal>(db, KEY)) ?? null;

/** Notes that Pylon refuses the token. If that was noted before, `since` stays. Must run in a writing transaction. */
export async function noteTokenRefusal(tx: Executor, because: string): Promise<void> {
  await tx.execute(sql`
    INSERT INTO pylon_sync.settings (key, value)
    VALUES (${KEY}, jsonb_build_object(
             'since', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'because', ${because}::text))
        ON CONFLICT (key) DO UPDATE SET value = settings.value || jsonb_build_object('because', ${because}::text)`);
}

/** Notes that Pylon accepts the token. Must run in a writing transaction. */
export async function dropTokenRefusal(tx: Executor): Promise<void> {
  await tx.execute(sql`DELETE FROM pylon_sync.settings WHERE key = ${KEY}`);
}

/** The end of a run's error if Pylon refused its request although `GET /me` accepts the token. */
export const WORKS_ELSEWHERE = 'although the token works elsewhere';
