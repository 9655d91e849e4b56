import { type Inspection, inspectConfig } from '../../config.ts';
import { missingRoles, sharingRoles } from '../../db/capture/roles.ts';
import type { Database } from '../../db/connection/connect.ts';
import { isHeard } from '../../db/connection/listen.ts';
import { brokenIndexes } from '../../db/inventory/catalogue.ts';
import { missingObjects } from '../../db/schema/migrate.ts';
import { pendingMigrations } from '../../db/schema/pending.ts';
import { changedCollations, collationInWords, collationRemedy } from '../../db/status/collation.ts';
import { forcedTables } from '../../db/status/row-security.ts';
import { connectionLimit, foreignOwners, serverMajor, writesRefused } from '../../db/status/server.ts';
import { boundWorkspace, mismatch, type Workspace } from '../../db/workspace/workspace.ts';
import { reasonOf, TransientError } from '../../errors.ts';
import { duration, plural, someOf } from '../../format.ts';
import { type Trace, trace } from '../../network/trace.ts';
import { type ClientEvent, createPylon } from '../../pylon/client.ts';
import { link } from '../../pylon/signal.ts';
import type { Pylon } from '../../pylon/types.ts';
import { probeAccess } from '../../sync/session/access.ts';
import { workspaceOf } from '../../sync/session/workspace.ts';
import { withCommands } from '../process/called.ts';
import type { Shell } from '../process/shell.ts';
import { accessInWords } from '../render/access-text.ts';
import { databaseName, UNVERIFIED, withDatabase } from '../runtime/database.ts';
import { formatOf } from '../runtime/outgoing/format.ts';
import { pylonOptions, tokenAdvice } from '../runtime/pylon.ts';
import { type Setup, withConfig } from '../runtime/setup.ts';
import { rolesAdvice } from './migrate.ts';

/** The oldest major version of Postgres that is supported. */
const OLDEST_POSTGRES = 14;

/** The most connections of a daemon: for the work, the lease, to listen, and for the port (docs/operations.md). */
const CONNECTIONS = 15;

/** A person waits for the result: retry once, and give up within seconds. */
const LONGEST_WAIT_MS = 10_000;
const PATIENCE = { timeoutMs: 15_000, retry: { attempts: 2, baseMs: 250, capMs: 1_000 } };

/** What follows from roles belonging to the whole server, if other databases use them too. */
const sharedAdvice = (databases: readonly string[]): string =>
  `pylon_reader, pylon_editor and pylon_approver are the server's: who is given one has it in ${someOf(databases)} too, unless CONNECT there is kept from them (docs/roles.sql)`;

/** What it means that no notification arrives. */
const DEAF =
  'database: no notification arrives, as behind a transaction pooler: edits and commands are looked for each second; DATABASE_LISTEN_URL past it has them noticed at once';

/** What `check` found, in order. */
interface Findings {
  readonly right: string[];
  /** What can be read, after all else. */
  readonly resources: string[];
  readonly wrong: string[];
  /** Problems that do not keep the mirror from working. */
  readonly notes: string[];
  /** Whether every problem is that something could not be reached. */
  transient: boolean;
}

/** Checks everything and prints what it found. Returns the exit status. */
export async function runCheck(shell: Shell): Promise<number> {
  const inspection = inspectConfig(shell.env, { token: true });
  const setup = withConfig(shell, shell.env, { ...inspection.config, logLevel: 'silent' });
  const findings: Findings = { right: [], resources: [], wrong: [], notes: [], transient: true };
  for (const { message } of inspection.problems) note(findings, message);
  if (inspection.problems.length === 0) findings.right.push('configuration: every variable can be used');

  const workspace = isRight(inspection, 'PYLON_API_TOKEN', 'PYLON_API_URL')
    ? await checkPylon(setup, findings)
    : undefined;
  if (isRight(inspection, 'PYLON_SYNC_ALERT_URL', 'PYLON_SYNC_ALERT_SECRET'))
    await checkAlerts(setup, findings);
  const isSafe = inspection.problems.every(({ variable }) => !/^(PG|DATABASE_URL)/.test(variable));
  if (isSafe && isRight(inspection, 'PYLON_SYNC_DATA_DIR')) await checkDatabase(setup, workspace, findings);

  const { right, resources, notes, wrong } = findings;
  const said = (line: string) => withCommands(line, shell);
  for (const line of [...right, ...resources]) shell.stdout.write(`ok     ${said(line)}\n`);
  for (const line of [...inspection.warnings, ...notes]) shell.stdout.write(`note   ${said(line)}\n`);
  for (const line of wrong) shell.stderr.write(`wrong  ${said(line)}\n`);
  if (findings.wrong.length === 0) return 0;
  return findings.transient ? 1 : 2;
}

function isRight({ problems }: Inspection, ...variables: readonly string[]): boolean {
  return !problems.some(({ variable }) => variables.includes(variable));
}

function note(findings: Findings, line: string, error?: unknown): void {
  findings.wrong.push(line);
  if (!(error instanceof TransientError)) findings.transient = false;
}

/** How far a connection to a host gets, in words. */
const wayOf = (host: string, { through, steps, failed }: Trace): string =>
  `${host} ${through === undefined ? 'directly' : `through the proxy ${through}`}: ${[...steps, ...(failed === undefined ? [] : [failed])].join('; ')}`;

/** How far a connection to Pylon gets, and whether the token is taken. */
async function checkPylon(setup: Setup, findings: Findings): Promise<Workspace | undefined> {
  const { apiUrl, proxies } = setup.config;
  const traced = await trace(new URL(apiUrl), proxies, PATIENCE.timeoutMs);
  const way = `network: ${wayOf(apiUrl, traced)}`;
  if (traced.failed === undefined) findings.right.push(way);
  const workspace = await checkToken(setup, findings);
  if (traced.failed === undefined) return workspace;
  if (workspace === undefined) note(findings, way, new TransientError(traced.failed));
  else findings.notes.push(way);
  return workspace;
}

/** Whether somebody can be told of what needs a person. Sends nothing. */
async function checkAlerts({ config }: Setup, findings: Findings): Promise<void> {
  const { alerts, proxies } = config;
  if (alerts === undefined) return;
  const { url, secret, format } = alerts;
  const { origin } = new URL(url.reveal());
  const traced = await trace(new URL(origin), proxies, PATIENCE.timeoutMs);
  const how = `${format ?? formatOf(origin)}, ${secret === undefined ? 'not signed' : 'signed'}`;
  const line = `alerts: as ${how}, to ${wayOf(origin, traced)}`;
  if (traced.failed === undefined) findings.right.push(`${line}; \`pylon-sync alert --test\` sends one`);
  else findings.notes.push(line);
}

async function checkToken(setup: Setup, findings: Findings): Promise<Workspace | undefined> {
  const { config, signal } = setup;
  let place = 0n;
  const linked = link(signal);
  const report = ({ endpoint, waitMs = 0 }: ClientEvent) => {
    if (waitMs > LONGEST_WAIT_MS) linked.abort(new TransientError(askedToWait(endpoint, waitMs)));
  };
  const pylon = createPylon({ ...pylonOptions(setup, () => place++), ...PATIENCE, report });
  try {
    const workspace = await workspaceOf(pylon, linked.signal);
    findings.right.push(`token: workspace "${workspace.name}" (${workspace.id}) at ${config.apiUrl}`);
    await checkAccess(setup, pylon, linked.signal, findings);
    return workspace;
  } catch (error) {
    signal.throwIfAborted();
    note(findings, `token: ${[reasonOf(error), ...tokenAdvice(error, config)].join('; ')}`, error);
    return undefined;
  } finally {
    linked.unlink();
    await pylon.close();
  }
}

/** Whether the token, whose role bounds it, may read each resource, and which changes of it are sent. */
async function checkAccess(
  { config, signal }: Setup,
  pylon: Pylon,
  asking: AbortSignal,
  findings: Findings,
): Promise<void> {
  const all = await probeAccess(pylon, config.resources, asking, config.customObjects).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      findings.notes.push(`resources: not asked for all of them: ${reasonOf(error)}`);
      return undefined;
    },
  );
  for (const resource of config.resources) {
    const access = all?.get(resource.name);
    if (access === undefined) continue;
    const line = accessInWords(resource, access, config.allow);
    (access.is === 'readable' ? findings.resources : findings.notes).push(line);
    for (const type of (access.is === 'readable' && access.unknownTypes) || [])
      note(
        findings,
        `${resource.name}: Pylon knows no type "${type}", which PYLON_SYNC_CUSTOM_OBJECTS names`,
      );
  }
}

const askedToWait = (endpoint: string, waitMs: number) =>
  `${endpoint}: Pylon answers 429 and asks to wait for ${duration(waitMs / 1_000)}`;

async function checkDatabase(
  setup: Setup,
  workspace: Workspace | undefined,
  findings: Findings,
): Promise<void> {
  try {
    await withDatabase(setup, async ({ pool, orm, trust }, url) => {
      const version = await serverMajor(pool);
      if (version < OLDEST_POSTGRES) {
        note(
          findings,
          `database: ${databaseName(setup, url)} is Postgres ${version}: takes ${OLDEST_POSTGRES} or newer`,
        );
        return;
      }
      findings.right.push(`database: Postgres ${version} at ${databaseName(setup, url)}`);
      if (trust === 'encrypted') findings.notes.push(`database: ${UNVERIFIED}`);
      const refused = await writesRefused(pool);
      if (refused === undefined) await checkConnections(setup, { pool }, url, findings);
      else note(findings, `database: it takes no writes, as a standby or a replica: ${refused}`);
      const pending = await pendingMigrations(pool);
      findings.right.push(
        pending === 0
          ? 'migrations: all applied'
          : `migrations: ${plural(pending, 'migration')} to apply (done at start)`,
      );
      await checkObjects({ pool }, findings);
      const missing = pending === 0 ? await missingRoles(pool) : [];
      if (missing.length > 0) findings.notes.push(`roles: ${rolesAdvice(missing)}`);
      const sharing = await sharingRoles(pool);
      if (sharing.length > 0) findings.notes.push(`roles: ${sharedAdvice(sharing)}`);
      for (const changed of await changedCollations(orm))
        note(findings, `collation: ${collationInWords(changed)}: ${collationRemedy(changed)}`);
      for (const table of await forcedTables(pool))
        note(
          findings,
          `row security: it is forced on ${table} for this database user too, which keeps rows from it: ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`,
        );
      for (const { owner, user, table, tables } of await foreignOwners(pool))
        note(
          findings,
          `owner: ${plural(tables, 'table')}, ${table} among them, belong to ${owner}, and this database user, ${user}, may not migrate them: use the login of ${owner}, or GRANT ${owner} TO ${user}`,
        );
      const bound = pending === 0 ? await boundWorkspace(orm) : undefined;
      if (bound === undefined || workspace === undefined) return;
      if (bound.id === workspace.id) findings.right.push('workspace: the database belongs to it');
      else note(findings, `workspace: ${mismatch(bound, workspace)}`);
    });
  } catch (error) {
    note(findings, `database: ${reasonOf(error)}`, error);
  }
}

/** Whether connections notice what happens, and whether there may be as many as a daemon opens. */
async function checkConnections(
  { config, tempo }: Setup,
  { pool }: Pick<Database, 'pool'>,
  url: string,
  findings: Findings,
): Promise<void> {
  const isDeaf = !(await isHeard(config.listenUrl?.reveal() ?? url, pool, tempo.heardMs));
  if (isDeaf) findings.notes.push(DEAF);
  const most = await connectionLimit(pool);
  if (most === undefined || most >= CONNECTIONS) return;
  const line = `database: CONNECTION LIMIT allows this database user ${plural(most, 'connection')}: a daemon opens up to ${CONNECTIONS}`;
  // Behind a pooler the server sees fewer.
  if (isDeaf) findings.notes.push(line);
  else note(findings, line);
}

/** The most names in one line: a dropped schema has hundreds of objects, and is named itself. */
const NAMED = 5;

/** Compares the objects in the database with those that the migrations create. */
async function checkObjects({ pool }: Pick<Database, 'pool'>, findings: Findings): Promise<void> {
  const missing = await missingObjects(pool);
  if (missing.length > 0) {
    const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
    note(
      findings,
      `objects: missing are ${missing.slice(0, NAMED).join(', ')}${more}; \`pylon-sync migrate\`, as each start, makes them again, and \`start\` or \`backfill\` reads anew what they held`,
    );
  }
  for (const index of await brokenIndexes(pool))
    note(findings, `objects: index ${index} is not valid: REINDEX INDEX CONCURRENTLY ${index}`);
}
