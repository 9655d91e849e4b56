import { existsSync } from 'node:fs';
import pg from 'pg';
import { PermanentError, TransientError, UsageError } from '../errors.ts';
import { findBinaries } from './binaries.ts';
import { clusterMajor, makeCluster } from './cluster.ts';
import { type Access, DATABASE, freePort, readAccess, urlOf, writeAccess } from './credentials.ts';
import { openPlace, type Place } from './data-dir.ts';
import { exclusively } from './lock.ts';
import { launch, runningServer, type Server, shutDown } from './server.ts';
import { countMembers, enter } from './users.ts';

export interface EmbeddedOptions {
  /** The data folder; the cluster is in `<dataDir>/postgres`. */
  readonly dataDir: string;
  /** Server settings that add to or override the defaults. A server that runs already keeps its own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Folder with bin/ and lib/; default: the platform's package, else `postgres` on `path`. */
  readonly binaries?: string;
  /** The caller's `PATH`, to find `postgres`; default: the usual folders. */
  readonly path?: string;
  readonly log?: (message: string, fields?: Record<string, unknown>) => void;
}

/** An embedded server, used by this process until `stop`. */
export interface Embedded {
  readonly url: string;
  readonly pid: number;
  /** Whether it ran already, for another command that uses it or was killed. */
  readonly adopted: boolean;
  /** Ends this use. The last process that uses the server stops it. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the Postgres server of a data folder, or joins the one that runs there. Creates the cluster the first time.
 * The server listens on a loopback port with a password of its own, and outlives a `kill -9` of this process: the
 * next start finds it. There are no exit hooks: the caller must call `stop`.
 *
 * @throws UsageError if this machine or folder is unsuitable, PermanentError if the cluster is damaged.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  if (process.platform === 'win32') {
    throw new UsageError('no embedded Postgres on Windows: set DATABASE_URL=postgres://… to use a server');
  }
  const log = options.log ?? (() => {});
  const startedAt = performance.now();
  const place = await openPlace(options.dataDir);
  return exclusively(place.lock, async () => {
    const running = await runningServer(place);
    const { server, access } =
      running === undefined
        ? await start(place, options)
        : { server: running, access: { ...(await readAccess(place)), port: running.port } };
    try {
      await prepare(place, access);
    } catch (error) {
      if (running === undefined) await shutDown(server);
      throw error;
    }
    const leave = await enter(place.folder);
    const ms = Math.round(performance.now() - startedAt);
    const adopted = running !== undefined;
    log(adopted ? 'postgres joined' : 'postgres started', { pid: server.pid, port: access.port, ms });
    let stopped: Promise<void> | undefined;
    return {
      url: urlOf(access, DATABASE),
      pid: server.pid,
      adopted,
      stop() {
        stopped ??= release(place, server, leave);
        return stopped;
      },
    };
  });
}

async function start(place: Place, options: EmbeddedOptions) {
  const major = await clusterMajor(place);
  const { binaries: given, path, settings = {} } = options;
  const binaries = await findBinaries({ given, path, account: place.account, major });
  const known =
    major === undefined
      ? await makeCluster(place, binaries, settings.fsync !== 'off')
      : await readAccess(place);
  for (let attempt = 1; ; attempt++) {
    const access: Access = { ...known, port: await freePort(known.port) };
    try {
      const server = await launch(place, binaries, access, settings);
      if (access.port !== known.port) await writeAccess(place, access);
      return { server, access };
    } catch (error) {
      // Another process may have taken the port after it was found free.
      if (attempt === 3 || (await freePort(access.port)) === access.port) throw error;
    }
  }
}

const INVALID_PASSWORD = '28P01';

/** Settings that make these queries independent of the server's and the user's settings. No pooler is in between. */
const OWN_SETTINGS = [
  'search_path=pg_catalog',
  'statement_timeout=0',
  'lock_timeout=0',
  'default_transaction_read_only=off',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/** Checks that this folder's server answers, and creates the database if it is missing. */
async function prepare(place: Place, access: Access): Promise<void> {
  const client = new pg.Client({
    connectionString: urlOf(access, 'postgres'),
    application_name: 'pylon-sync',
    connectionTimeoutMillis: 30_000,
    options: OWN_SETTINGS,
    ssl: false,
  });
  // A broken connection fails the running query or the next one.
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ folder: string; is_made: boolean }>(
      `SELECT current_setting('data_directory') AS folder,
              EXISTS (SELECT FROM pg_database WHERE datname = $1) AS is_made`,
      [DATABASE],
    );
    if (rows[0]?.folder !== place.data) {
      throw new PermanentError(`port ${access.port} is of another data folder: ${rows[0]?.folder}`);
    }
    if (!rows[0].is_made) await client.query(`CREATE DATABASE ${DATABASE}`);
  } catch (cause) {
    if (cause instanceof PermanentError) throw cause;
    if (cause instanceof pg.DatabaseError && cause.code === INVALID_PASSWORD) {
      throw new PermanentError(
        `the password in ${place.access} is not that of its cluster: restore the file`,
        {
          cause,
        },
      );
    }
    throw new TransientError(`cannot use the Postgres of ${place.data} on port ${access.port}`, { cause });
  } finally {
    await client.end();
  }
}

async function release(place: Place, server: Server, leave: () => Promise<void>): Promise<void> {
  // If somebody has removed the folder, there is no lock to take.
  if (!existsSync(place.folder)) return shutDown(server);
  await exclusively(place.lock, async () => {
    await leave();
    if ((await countMembers(place.folder)) === 0) await shutDown(server);
  });
}
