import type { Policy } from '../../src/edits/conflicts.ts';
import { resources } from '../../src/resources/index.ts';
import { newPusher, type Pusher, type PushOptions, pushDue } from '../../src/sync/push/push.ts';
import type { TestDatabase } from './database.ts';
import type { Mirrored } from './session.ts';

/** An edit as people read it. */
export interface EditRow {
  readonly id: number;
  readonly resource: string;
  readonly record_id: string;
  readonly operation: string;
  readonly changes: Readonly<Record<string, unknown>>;
  readonly base: Readonly<Record<string, unknown>>;
  readonly state: string;
  readonly held: readonly string[] | null;
  readonly attempts: number;
  readonly error: string | null;
  readonly http_status: number | null;
  readonly request_id: string | null;
  readonly remote: Readonly<Record<string, unknown>> | null;
  readonly sent: Readonly<Record<string, unknown>> | null;
  readonly actor: string;
}

/** All edits, or those after one, in their order. */
export async function editsIn({ pool }: TestDatabase, after = 0): Promise<readonly EditRow[]> {
  const { rows } = await pool.query<EditRow>(
    'SELECT * FROM pylon_sync.edits WHERE id > $1 ORDER BY edits.id',
    [after],
  );
  return rows.map((row) => ({ ...row, id: Number(row.id) }));
}

/** The id of the latest edit; 0 where there is none. */
export const latestEdit = async (database: TestDatabase): Promise<number> =>
  (await editsIn(database)).at(-1)?.id ?? 0;

export const statesIn = async (database: TestDatabase, after?: number): Promise<readonly string[]> =>
  (await editsIn(database, after)).map(({ state }) => state);

/** What waits is due. */
export const beDue = ({ pool }: Pick<TestDatabase, 'pool'>) =>
  pool.query("UPDATE pylon_sync.edits SET next_attempt_at = now() WHERE state = 'pending'");

/** Changes an issue to what the statement would refuse, for Pylon to refuse it. */
export const editAnyway = async (
  { pool }: Pick<TestDatabase, 'pool'>,
  id: string,
  set: string,
): Promise<void> => {
  await pool.query(
    `BEGIN; SET LOCAL pylon_sync.validate = off; UPDATE pylon.issues SET ${set} WHERE id = '${id}'; COMMIT`,
  );
};

type Chosen = Partial<Omit<PushOptions, 'policy'>> & { readonly policy?: Policy };

/** What edits are carried by, all of them by one policy. */
export const pushOptions = ({ policy = 'hold', ...options }: Chosen = {}): PushOptions => ({
  ...{ resources, allow: ['update'], editGuard: 1000, requestTimeoutMs: 300 },
  policy: () => policy,
  ...options,
});

/** A pusher on a session. */
export const pusherOn = ({ session: { ctx } }: Pick<Mirrored, 'session'>, chosen?: Chosen): Pusher =>
  newPusher(ctx, pushOptions(chosen));

/** Sends what is due, once. */
export async function push(mirrored: Pick<Mirrored, 'session'>, options?: Parameters<typeof pusherOn>[1]) {
  const pusher = pusherOn(mirrored, options);
  await pusher.begin();
  return pushDue(pusher);
}
