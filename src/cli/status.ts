import type { Command } from 'commander';
import type { Database } from '../db/connect.ts';
import { pendingMigrations } from '../db/migrate.ts';
import { type ResourceStatus, readStatus, type Status } from '../db/status.ts';
import { PermanentError } from '../errors.ts';
import { count, duration, plural } from '../figures.ts';
import { resources } from '../resources/index.ts';
import { withDatabase } from './database.ts';
import { setUp } from './setup.ts';
import type { Run } from './shell.ts';
import { plainTable } from './summary.ts';

export function addStatus(program: Command, run: Run): void {
  program
    .command('status')
    .description('say how the mirror is doing')
    .option('--json', 'as JSON')
    .action((flags: { readonly json?: boolean }) =>
      run(async (shell) => {
        const status = await withDatabase(setUp(shell, { token: false }), statusOf);
        const text = flags.json ? JSON.stringify(status, null, 2) : statusText(status, Date.now());
        shell.stdout.write(`${text}\n`);
        return 0;
      }),
    );
}

async function statusOf(db: Database): Promise<Status> {
  const pending = await pendingMigrations(db.pool);
  if (pending > 0) {
    throw new PermanentError(
      `the database lacks ${plural(pending, 'migration')}: run \`pylon-sync migrate\``,
    );
  }
  return readStatus(db, resources);
}

/** The status for eyes: whose mirror it is, who works on it, and a line a resource. */
export function statusText({ workspace, holder, resources: all, budgets }: Status, now: number): string {
  const table = plainTable(
    ['resource', 'rows', 'fresh', 'backfill', 'last run', 'requests', 'rejected'],
    LEFT,
  );
  for (const status of all) {
    const { resource, rows, fresh_as_of, last_run, rejected } = status;
    table.push([
      resource,
      count(rows),
      fresh_as_of === null ? 'never' : ago(fresh_as_of, now),
      backfillText(status),
      last_run === null ? '' : `${last_run.outcome} ${ago(last_run.finished_at ?? last_run.started_at, now)}`,
      last_run === null ? '' : count(last_run.requests),
      rejected === 0 ? '' : count(rejected),
    ]);
  }
  const errors = all.flatMap(({ resource, last_run }) =>
    last_run?.error ? [`${resource}: ${last_run.error}`] : [],
  );
  return [
    `workspace  ${workspace === null ? 'none yet' : `${workspace.name} (${workspace.id})`}`,
    `in use by  ${holder === null ? 'nobody' : `${holder.command} (process ${holder.pid} on ${holder.host})`}`,
    '',
    table.toString(),
    '',
    ...budgetText(budgets, now),
    ...(errors.length === 0 ? [] : ['', 'errors of the last runs', ...errors.map((line) => `  ${line}`)]),
  ].join('\n');
}

const LEFT = ['resource', 'backfill', 'last run'];

/** Endpoints that something was asked of in the last minute, or that must wait: how much, of how much. */
function budgetText(budgets: Status['budgets'], now: number): readonly string[] {
  const table = plainTable(
    ['endpoint', 'last minute', 'allowed', 'queued', 'paused'],
    ['endpoint', 'paused'],
  );
  for (const { endpoint, per_minute, queued, answered_at, paused_until } of budgets) {
    const used = answered_at.filter((at) => now - at < 60_000).length;
    const paused = paused_until === null ? 0 : Date.parse(paused_until) - now;
    if (used === 0 && paused <= 0) continue;
    table.push([
      endpoint,
      count(used),
      count(per_minute),
      count(queued),
      paused > 0 ? duration(paused / 1000) : '',
    ]);
  }
  return table.length === 0 ? ['no request in the last minute'] : [table.toString()];
}

function ago(instant: string, now: number): string {
  return `${duration((now - Date.parse(instant)) / 1000)} ago`;
}

function backfillText({ backfill, unavailable, windows }: ResourceStatus): string {
  if (unavailable) return 'unavailable';
  if (backfill === 'none') return 'not begun';
  if (backfill === 'unfinished' && windows !== null)
    return `${windows.done} of ${plural(windows.found, 'window')}`;
  return backfill;
}
