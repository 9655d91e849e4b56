import { isDeepStrictEqual } from 'node:util';
import { sql } from 'drizzle-orm';
import { LeaseLostError, reasonOf } from '../../errors.ts';
import { sleep } from '../../sleep.ts';
import { editorGrant, ownGrants } from '../capture/grants.ts';
import { identifier, literal } from '../capture/names.ts';
import { awayOr, DatabaseAwayError } from '../connection/away.ts';
import { type Blocker, blockersOf } from '../connection/blockers.ts';
import type { Executor } from '../connection/connect.ts';
import { isInUse } from '../connection/sql-state.ts';
import { mergeSetting, readSetting } from '../workspace/setting.ts';
import { views } from './all.ts';
import { type Fields, readFields } from './columns.ts';
import { type Comments, schemaComments, tableComments, writeComments } from './comments.ts';
import { editingFunctions } from './editing/index.ts';
import { digestOf, formOf } from './form.ts';
import { viewFunctions } from './functions/index.ts';
import { metabaseMetadata } from './metabase.ts';
import { type Standing, standing, stateOfViews } from './standing.ts';
import { noteTroubles, readTroubles, type ViewTrouble } from './trouble.ts';
import { readTypeViews } from './types.ts';
import type { View } from './view.ts';

/** Runs work in one transaction that may write. */
export type Transact = <T>(work: (tx: Executor) => Promise<T>) => Promise<T>;

/** How long to wait for a view's lock. Short, because readers queue behind it. */
const LOCK_TIMEOUT = '200ms';

/** Pauses in milliseconds before retrying the views that are in use. */
const PAUSES_MS: readonly number[] = [200, 400, 800];

/** One piece that is installed in a transaction of its own. */
interface Piece {
  /** The relation that it creates or comments on, or a schema. */
  readonly name: string;
  /** The digest of its wanted form, noted once it is installed. */
  readonly digest: string;
  readonly leftOut: readonly string[];
  /** Whether the database lacks it, even if its digest is noted. */
  readonly isMissing: boolean;
  install(tx: Executor): Promise<void>;
}

/** The schema and functions that views need; replaced with each version. */
export const FUNCTIONS: readonly string[] = [...viewFunctions, ...editingFunctions, ...schemaComments];

let ownVersion: string | undefined;

/** The digest of this version's views, whatever custom fields there are. */
function version(): string {
  ownVersion ??= digestOf([...FUNCTIONS, JSON.stringify([tableComments, views, metabaseMetadata])]);
  return ownVersion;
}

/** What is noted for a piece from when its installation is decided until it is installed. */
const TO_BE_INSTALLED = '';

type Digests = Readonly<Record<string, string>>;

const knownDigests = async (tx: Executor): Promise<Digests> =>
  (await readSetting<Digests>(tx, 'views')) ?? {};

/** Whether the views were installed by this version. */
export const areViewsCurrent = async (tx: Executor): Promise<boolean> =>
  (await knownDigests(tx))[''] === version();

/** Whether any version has installed them, this one or another. */
export const areViewsKnown = async (tx: Executor): Promise<boolean> =>
  (await knownDigests(tx))[''] !== undefined;

/** The names of the pieces that stand as they were noted: a piece whose installation was interrupted was never lost. */
export const installedPieces = async (tx: Executor): Promise<ReadonlySet<string>> =>
  new Set(
    Object.entries(await knownDigests(tx)).flatMap(([name, digest]) =>
      digest === TO_BE_INSTALLED ? [] : name,
    ),
  );

/** Deletes the notes of what was installed, so that the next migration installs all again. */
export async function forgetViews(tx: Executor): Promise<void> {
  await tx.execute(sql`DELETE FROM pylon_sync.settings WHERE key = 'views'`);
}

async function hasSchema(tx: Executor): Promise<boolean> {
  const { rows } = await tx.execute<{ there: boolean }>(
    sql`SELECT to_regnamespace('pylon_bi') IS NOT NULL AS there`,
  );
  return rows[0]?.there === true;
}

/** The name of the piece with the schema and the functions. */
export const SCHEMA_PIECE = 'schema pylon_bi';
/** The name of the piece with a view, its triggers and their function. */
export const viewPieceName = ({ name }: Pick<View, 'name'>): string => `pylon_bi.${name}`;

const schemaPiece = (isThere: boolean): Piece => ({
  name: SCHEMA_PIECE,
  digest: digestOf(FUNCTIONS),
  leftOut: [],
  isMissing: !isThere,
  async install(tx) {
    // If the schema exists, no right to create schemas is needed.
    if (!(await hasSchema(tx))) await tx.execute(sql.raw(`CREATE SCHEMA pylon_bi; ${ownGrants()}`));
    for (const statement of FUNCTIONS) await tx.execute(sql.raw(statement));
  },
});

const commentsPiece = ([relation, comments]: [string, Comments]): Piece => ({
  name: relation,
  digest: digestOf(Object.entries(comments).flat()),
  leftOut: [],
  isMissing: false,
  install: (tx) => writeComments(tx, 'TABLE', relation, comments),
});

function viewPiece(view: View, fields: Fields, stands: Standing | undefined): Piece {
  const name = viewPieceName(view);
  const { digest, leftOut } = formOf(view, fields, stands);
  return {
    ...{ name, digest, leftOut, isMissing: stands === undefined },
    async install(tx) {
      const stood = await lockedView(tx, view.name);
      const form = formOf(view, fields, stood);
      await tx.execute(sql.raw(form.statement));
      // A migration grants what views of the version itself let one change.
      if (stood === undefined && view.ofType !== undefined) await tx.execute(sql.raw(editorGrant(view.name)));
      for (const statement of form.triggers) await tx.execute(sql.raw(statement));
      await writeComments(tx, 'VIEW', name, { ...Object.fromEntries(form.columns), '': form.comment });
    },
  };
}

/** Locks a view against changes until the transaction ends, but not against readers. Returns its present form. */
async function lockedView(tx: Executor, name: string): Promise<Standing | undefined> {
  const { rows } = await tx.execute<{ comment: string | null }>(sql`
    SELECT obj_description(oid, 'pg_class') AS comment FROM pg_class
     WHERE relnamespace = to_regnamespace('pylon_bi') AND relname = ${name} AND relkind = 'v'`);
  const [before] = rows;
  if (before === undefined) return undefined;
  // Takes a lock that does not block readers. LOCK TABLE would also lock the tables beneath.
  const comment = before.comment === null ? 'NULL' : literal(before.comment);
  await tx.execute(sql.raw(`COMMENT ON VIEW pylon_bi.${identifier(name)} IS ${comment}`));
  return (await standing(tx, name)).get(name);
}

/** What is wanted, and what is there. */
interface Look {
  /** In the order of installation: functions before the views that call them. */
  readonly pieces: readonly Piece[];
  readonly due: readonly Piece[];
  /** The troubles that are noted. */
  readonly before: readonly ViewTrouble[];
  /** Names all that this look depended on. */
  readonly key: string;
}

/**
 * The key of the last look at which every view had its wanted form, and no trouble was other than noted. To find that out
 * takes tens of milliseconds of this process and ten of the server; the daemon looks at each read of its lists.
 */
let settled: string | undefined;

/** Reads what is due. Undefined if this process has looked before, and nothing that matters has changed since. */
async function look(tx: Executor, known: Digests): Promise<Look | undefined> {
  // First: what changes after this is seen to be another the next time.
  const state = await stateOfViews(tx);
  const types = await readTypeViews(tx);
  const all = [...views, ...types];
  const fields = await readFields(tx, all);
  const before = await readTroubles(tx);
  const key = digestOf([state, JSON.stringify([known, types.map(({ name }) => name), fields, before])]);
  if (key === settled) return undefined;
  const stands = await standing(tx);
  const pieces = [
    schemaPiece(await hasSchema(tx)),
    ...Object.entries(tableComments).map(commentsPiece),
    ...[...all, metabaseMetadata].map((view) => viewPiece(view, fields, stands.get(view.name))),
  ];
  const due = pieces.filter(({ name, digest, isMissing }) => isMissing || known[name] !== digest);
  const notes = Object.fromEntries(due.map(({ name }) => [name, TO_BE_INSTALLED]));
  if (known[''] !== version() || due.length > 0) await mergeSetting(tx, 'views', { ...notes, '': version() });
  return { pieces, due, before, key };
}

/** The result of an installation. */
export interface Installed {
  /** Names of the pieces that were created or replaced. */
  readonly made: readonly string[];
  /** What could not be installed as wanted. */
  readonly troubles: readonly ViewTrouble[];
  /** Whether the troubles differ from those noted before. */
  readonly isNews: boolean;
}

export interface InstallOptions {
  readonly pausesMs?: readonly number[];
  readonly signal?: AbortSignal;
}

/**
 * Installs the views of this version, with the mirrored custom fields, each in a transaction of its own, unless it is
 * up to date. Existing columns keep name, position and type, and views their options, so that grants and users'
 * objects on them stay. If a view is in use, this retries a few times. A view that cannot be replaced keeps its
 * former form and is reported with the sessions that block it.
 *
 * @throws DatabaseAwayError, LeaseLostError, the signal's reason.
 */
export const installViews = async (transact: Transact, options: InstallOptions = {}): Promise<Installed> =>
  install(transact, await transact(async (tx) => look(tx, await knownDigests(tx))), options);

async function install(
  transact: Transact,
  looked: Look | undefined,
  { pausesMs = PAUSES_MS, signal }: InstallOptions,
): Promise<Installed> {
  if (looked === undefined) return { made: [], troubles: [], isNews: false };
  const { pieces, due, before, key } = looked;
  const made: string[] = [];
  const failed = new Map<string, { readonly because: string; readonly blockers: readonly Blocker[] }>();
  let left = due;
  for (const pauseMs of [...pausesMs, undefined]) {
    const inUse: Piece[] = [];
    for (const piece of left) {
      signal?.throwIfAborted();
      try {
        await transact((tx) => installPiece(tx, piece));
        failed.delete(piece.name);
        made.push(piece.name);
      } catch (error) {
        if (endsAll(error)) throw error;
        if (isInUse(error)) inUse.push(piece);
        const blockers = isInUse(error) ? await transact((tx) => blockersOf(tx, piece.name)) : [];
        failed.set(piece.name, { because: isInUse(error) ? 'somebody uses it' : reasonOf(error), blockers });
      }
    }
    left = inUse;
    if (left.length === 0 || pauseMs === undefined) break;
    await sleep(pauseMs, signal);
  }
  const found = pieces
    .map(({ name, leftOut }) => ({
      ...{ relation: name, because: null, blockers: [], ...failed.get(name) },
      left_out: leftOut,
    }))
    .filter(({ because, left_out }) => because !== null || left_out.length > 0);
  if (found.length === 0 && before.length === 0) {
    if (due.length === 0) settled = key;
    return { made, troubles: [], isNews: false };
  }
  const troubles = await transact((tx) => noteTroubles(tx, found));
  return { made, troubles, isNews: !isDeepStrictEqual(troubles, before) };
}

/** Whether an error ends the whole installation, not only that of one piece. */
function endsAll(error: unknown): boolean {
  return error instanceof LeaseLostError || awayOr(error) instanceof DatabaseAwayError;
}

async function installPiece(tx: Executor, { name, digest, install }: Piece): Promise<void> {
  await tx.execute(sql`SELECT set_config('lock_timeout', ${LOCK_TIMEOUT}, true)`);
  await install(tx);
  await mergeSetting(tx, 'views', { [name]: digest });
}

/**
 * Installs the views of this version unless they are installed, and what an interrupted installation left. It needs no
 * lease, and leaves new custom fields to the holder of the lease. Returns the names of what was created or replaced.
 */
export async function migrateViews(
  transact: Transact,
  options: InstallOptions = {},
): Promise<readonly string[]> {
  const isDone = await transact(async (tx) => {
    const isThere = await hasSchema(tx);
    const troubles = await readTroubles(tx);
    const isUnfinished = Object.values(await knownDigests(tx)).includes(TO_BE_INSTALLED);
    return (
      isThere &&
      !isUnfinished &&
      (await areViewsCurrent(tx)) &&
      troubles.every(({ because }) => because === null)
    );
  });
  return isDone ? [] : (await installViews(transact, options)).made;
}

/** Updates the views to the custom fields, if this version installed them. */
export async function followFields(
  transact: Transact,
  options: InstallOptions = {},
): Promise<Installed | undefined> {
  const looked = await transact(async (tx) => {
    const known = await knownDigests(tx);
    return known[''] === version() ? { at: await look(tx, known) } : undefined;
  });
  return looked && install(transact, looked.at, options);
}
