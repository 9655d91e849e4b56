import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, readConfig } from '../../config.ts';
import { UsageError } from '../../errors.ts';
import { count, duration, plural } from '../../format.ts';
import { NoProgramsError } from '../../postgres/binaries.ts';
import { startEmbedded } from '../../postgres/embedded.ts';
import { identityOf } from '../../postgres/process.ts';
import { documentedLimits } from '../../pylon/limits/limits.ts';
import { ALLOWED } from '../../resources/actions.ts';
import type { Resource } from '../../resources/define.ts';
import { resources } from '../../resources/index.ts';
import { type Sandbox, startSandbox } from '../../sandbox/start.ts';
import { Secret } from '../../secret.ts';
import type { OnRead } from '../../sync/daemon/first-reading.ts';
import { newActivity } from '../../sync/pass/activity.ts';
import { newProgress, type ResourceProgress } from '../../sync/pass/progress.ts';
import { commandName } from '../process/called.ts';
import type { Shell } from '../process/shell.ts';
import { type Canvas, drawProgress } from '../render/progress.ts';
import { reachServer } from '../runtime/database.ts';
import { showProgress } from '../runtime/drawing.ts';
import { openPort } from '../runtime/port.ts';
import { type Setup, withConfig } from '../runtime/setup.ts';
import { runWithShutdownDeadline } from '../runtime/shutdown.ts';
import { runDaemon } from './start.ts';

/** Statements to try: one that reads, two that change something in Pylon, and what became of these. */
const INVITATIONS = [
  'SELECT number, state, title FROM pylon_bi.issues ORDER BY created_at DESC LIMIT 5',
  "UPDATE pylon.issues SET title = 'Renamed in SQL' WHERE number = 42",
  "INSERT INTO pylon.contacts (name, email) VALUES ('Ana Example', 'ana@example.com') RETURNING id",
  'SELECT id, operation, record_id, state FROM pylon_sync.edits ORDER BY id',
];

const ISSUES = 240;

/** Over so many days up to now they are spread: charts have some months to show. */
const HISTORY_DAYS = 180;

/** A minute of the rate limits takes a second, so that nobody waits for them. */
const MINUTE_MS = 1_000;

/** The types of custom objects that the stand-in has. */
const TYPES = ['license', 'device'];

/** The only variables a demo uses: it must not touch the workspace or database that the environment names. */
const HEEDED = ['PYLON_SYNC_DATA_DIR', 'PYLON_SYNC_HTTP', 'LOG_LEVEL', 'LOG_FORMAT'];

/** Runs the demo until it is stopped. Returns the exit status. */
export async function runDemo(shell: Shell): Promise<number> {
  const config = readConfig(Object.fromEntries(HEEDED.map((name) => [name, shell.env[name]])), {
    token: false,
  });
  const folder = join(config.dataDir, `demo-${process.pid}`);
  await sweep(config.dataDir, shell);
  await mkdir(folder, { recursive: true });
  try {
    shell.stdout.write(
      `Starting a Pylon stand-in with ${plural(ISSUES, 'issue')}, a Postgres in ${folder} and the daemon …\n`,
    );
    const sandbox = await startSandbox({ issues: ISSUES, historyDays: HISTORY_DAYS, minuteMs: MINUTE_MS });
    try {
      return await runOn(shell, demoConfig(config, sandbox, folder));
    } finally {
      await sandbox.close();
    }
  } finally {
    await remove(folder);
    shell.stdout.write(`The demo has ended: its Postgres is stopped, and ${folder} is removed.\n`);
  }
}

function demoConfig(config: Config, sandbox: Sandbox, dataDir: string): Config {
  return {
    ...config,
    dataDir,
    databaseUrl: undefined,
    allow: ALLOWED,
    resources,
    customObjects: TYPES,
    apiUrl: sandbox.url,
    token: new Secret(sandbox.token),
    limits: documentedLimits('current', MINUTE_MS),
  };
}

async function runOn(shell: Shell, config: Config): Promise<number> {
  const logLevel = shell.env.LOG_LEVEL ? config.logLevel : 'warn';
  const setup = withConfig(shell, {}, { ...config, logLevel });
  return runWithShutdownDeadline({ ...setup, ...setup.tempo }, () => serveDemo(setup));
}

async function serveDemo(setup: Setup): Promise<number> {
  const { tracker, stdout, config } = setup;
  const activity = newActivity();
  const startedAt = Date.now();
  const shown = showProgress(setup, (canvas) =>
    drawStart(config.resources, activity.progress, startedAt, canvas),
  );
  // The configured port may be in use, since a demo can run beside a daemon.
  const port = await openPort(setup, { activity, orAnother: true });
  try {
    const server = await reachServer(setup).catch((error) => {
      throw withoutPrograms(error);
    });
    try {
      const onRead: OnRead = async (results) => {
        shown.close();
        stdout.write(`${greeting(results, server.url, port.url, commandName(setup))}\n`);
      };
      return await runDaemon(setup, server, { activity, port, onRead });
    } finally {
      await server.leave();
    }
  } finally {
    shown.close();
    await tracker.track('the HTTP port', port.close);
  }
}

/** What a terminal shows until everything has been read: how long the Postgres takes to start, then the progress of each resource. */
export function drawStart(
  resources: readonly Pick<Resource, 'name'>[],
  progress: ReadonlyMap<string, Readonly<ResourceProgress>>,
  startedAt: number,
  canvas: Canvas,
): string {
  if (progress.size === 0)
    return canvas.paint('dim', `The Postgres starts … ${duration((canvas.now - startedAt) / 1_000)}`);
  return drawProgress(
    resources.map(({ name }) => progress.get(name) ?? newProgress(name, '')),
    canvas,
  );
}

/** Returns the error; where no Postgres programs are installed (in the image, say), a UsageError with advice. */
export function withoutPrograms(error: unknown): unknown {
  if (!(error instanceof NoProgramsError)) return error;
  const [why = ''] = error.message.split('\n');
  return new UsageError(
    `demo brings a Postgres of its own and uses no other: ${why.replace(/, or set DATABASE_URL.*$/, '')}. ` +
      'The image leaves it out: run `npm ci && npm run demo` in a checkout, or `sandbox` beside a database of yours',
    { cause: error },
  );
}

function greeting(
  results: readonly Readonly<ResourceProgress>[],
  url: string,
  page: string | undefined,
  command: string,
): string {
  const rows = results.reduce((sum, { inserted }) => sum + inserted, 0);
  const empty = results.filter(({ inserted }) => inserted === 0).map(({ resource }) => resource);
  const tables = results.map(
    ({ resource, inserted }) => `  pylon.${resource.padEnd(22)}${count(inserted).padStart(7)}`,
  );
  return [
    '',
    ...tables,
    '',
    empty.length === 0
      ? `Ready: ${count(rows)} rows, some in every one of ${plural(results.length, 'table')}.`
      : `Ready: ${count(rows)} rows, but none in ${empty.join(', ')}.`,
    `Connect with ${url}`,
    '',
    `  psql '${url}' -c 'SELECT state, count(*) FROM pylon.issues WHERE _deleted_at IS NULL GROUP BY state'`,
    '',
    'Or in another terminal, here, without psql; the two changes go to the stand-in within a second:',
    '',
    ...INVITATIONS.map((statement) => `  ${command} sql "${statement}"`),
    '',
    ...(page === undefined ? [] : [`The operator's page: ${page}/`, `Reports, drawn: ${page}/reports`]),
    'Ctrl-C ends it and removes its database.',
  ].join('\n');
}

/** Removes the folders and stops the servers of demos that were killed before they could clean up. */
async function sweep(dataDir: string, shell: Shell): Promise<void> {
  const names = await readdir(dataDir).catch(() => []);
  for (const name of names) {
    const pid = /^demo-(\d+)$/.exec(name)?.[1];
    if (pid === undefined || (await identityOf(Number(pid))) !== undefined) continue;
    const folder = join(dataDir, name);
    const embedded = await startEmbedded({ dataDir: folder, path: shell.env.PATH ?? '' }).catch(
      () => undefined,
    );
    await embedded?.stop();
    await remove(folder);
  }
}

/** Removes a data folder, and its cluster if that is a link to another folder. */
async function remove(folder: string): Promise<void> {
  const cluster = await realpath(join(folder, 'postgres')).catch(() => undefined);
  if (cluster !== undefined) await rm(cluster, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}
