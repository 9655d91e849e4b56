import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { environmentFaults, withTls } from './database-parameters.ts';
import { withoutBareLogin } from './database-url.ts';
import { readAllowed } from './edits/allowed.ts';
import { type Conflicts, readConflicts } from './edits/conflicts.ts';
import { reasonOf, UsageError } from './errors.ts';
import type { ListenAddress } from './listening.ts';
import type { Proxies } from './network/proxies.ts';
import { type Limits, parseLimits } from './pylon/limits/limits.ts';
import { addressFor, contradiction } from './region.ts';
import type { Allowed } from './resources/actions.ts';
import type { Resource } from './resources/define.ts';
import { resources } from './resources/index.ts';
import type { Secret } from './secret.ts';
import { copiedAlong, fileVariable, readSecretFiles, SECRETS } from './secret-files.ts';
import {
  alertSecret,
  apiToken,
  apiUrl,
  cron,
  databaseUrl,
  date,
  folder,
  hostNames,
  listenAddress,
  oneOf,
  password,
  proxyUrl,
  readable,
  secretUrl,
  share,
  shareOrNone,
  TOKEN_TAKES,
  typeSlugs,
  webhookSecret,
  whole,
} from './variables.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration from the environment, checked. */
export interface Config {
  /** Undefined only where the command needs none. */
  readonly token: Secret | undefined;
  readonly apiUrl: string;
  /** Undefined: use the embedded Postgres below `dataDir`. */
  readonly databaseUrl: Secret | undefined;
  /** `PGPASSWORD`, for addresses without a password. Postgres's client reads it from the environment itself. */
  readonly databasePassword: Secret | undefined;
  readonly limits: Limits;
  readonly rateShare: number;
  readonly resources: readonly Resource[];
  /** Slugs of the types of custom objects to mirror. */
  readonly customObjects: readonly string[];
  /** The earliest `created_at` to read, RFC 3339; undefined: everything. */
  readonly since: string | undefined;
  readonly schedule: string;
  readonly listSchedule: string;
  readonly reconcileSchedule: string;
  readonly windowDays: number;
  readonly overlapSeconds: number;
  /** Share of the allowed requests for resweeps and the audit, 0 to 1; 0 turns them off. */
  readonly auditShare: number;
  /** Which side wins where both have changed the same field. */
  readonly conflicts: Conflicts;
  /** Which edits may be sent; empty: the mirror is read-only. */
  readonly allow: readonly Allowed[];
  /** More edits than this in one transaction become drafts. */
  readonly editGuard: number;
  /** Days for which settled edits, history and the like are kept. */
  readonly retentionDays: number;
  /** The address of a connection for LISTEN; undefined: the database's own. */
  readonly listenUrl: Secret | undefined;
  /** What is requested after each complete pull; undefined: nothing. */
  readonly pingUrl: Secret | undefined;
  /** Where alerts are sent, and how; undefined: none are sent. */
  readonly alerts: AlertConfig | undefined;
  /** Seconds after which a resource lags behind; undefined: three periods of its schedule. */
  readonly alertLag: number | undefined;
  /** The proxies for requests to Pylon, and to the addresses above. */
  readonly proxies: Proxies;
  readonly dataDir: string;
  readonly http: ListenAddress | 'off';
  /** Further host names under which the port shows its pages, in lower case. */
  readonly httpHosts: readonly string[];
  /** Undefined: webhooks are off. */
  readonly webhookSecret: Secret | undefined;
  readonly logLevel: string;
  /** Undefined: `pretty` on a terminal, `json` elsewhere. */
  readonly logFormat: 'json' | 'pretty' | undefined;
}

/** How alerts are sent. */
export interface AlertConfig {
  readonly url: Secret;
  /** Undefined: they are not signed. */
  readonly secret: Secret | undefined;
  /** Undefined: what the host takes. */
  readonly format: 'text' | 'teams' | undefined;
}

/** A variable with an unusable value, and why; the message never contains a secret. */
interface Problem {
  readonly variable: string;
  readonly message: string;
}

/** The configuration, with defaults instead of unusable values, and every problem. */
export interface Inspection {
  readonly config: Config;
  readonly problems: readonly Problem[];
  /** Likely mistakes that do not keep the program from running. */
  readonly warnings: readonly string[];
}

function chosen(text: string, ctx: z.RefinementCtx): readonly Resource[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const known = new Set(resources.map((resource) => resource.name));
  const unknown = words.filter((word) => !known.has(word.replace(/^-/, '')));
  const wanted = words.filter((word) => !word.startsWith('-'));
  const picked = resources.filter(
    ({ name }) => (wanted.length === 0 || wanted.includes(name)) && !words.includes(`-${name}`),
  );
  if (unknown.length === 0 && picked.length > 0) return picked;
  const what =
    unknown.length > 0 ? `no resource is named ${unknown.join(', ')}` : 'this leaves out every resource';
  const takes = `takes ${[...known].join(', ')}, comma-separated, or -name to leave one out`;
  ctx.addIssue({ code: 'custom', message: `${takes} (${what})` });
  return z.NEVER;
}

function limits(text: string, ctx: z.RefinementCtx): Limits {
  try {
    return parseLimits(text, (path) => readFileSync(path, 'utf8'));
  } catch (error) {
    ctx.addIssue({ code: 'custom', message: reasonOf(error) });
    return z.NEVER;
  }
}

function conflicts(text: string, ctx: z.RefinementCtx): Conflicts {
  const read = readConflicts(text);
  if ('conflicts' in read) return read.conflicts;
  const takes =
    'takes hold, pylon or local, for all or, as resource=policy and resource.column=policy, for some of it: hold,accounts=pylon,issues.state=local,issues.custom_fields.priority=local';
  ctx.addIssue({ code: 'custom', message: `${takes} (${read.wrong})` });
  return z.NEVER;
}

const allowed = readable(
  'takes update, create, delete, message and import, comma-separated, or none',
  readAllowed,
);

const schema = z.object({
  PYLON_API_TOKEN: apiToken.optional(),
  PYLON_API_URL: apiUrl.optional(),
  DATABASE_URL: databaseUrl.optional(),
  DATABASE_LISTEN_URL: databaseUrl.optional(),
  PGPASSWORD: password.optional(),
  PYLON_RATE_LIMITS: z.string().transform(limits).prefault('current'),
  PYLON_RATE_SHARE: share.prefault('0.9'),
  PYLON_SYNC_RESOURCES: z.string().transform(chosen).prefault(''),
  PYLON_SYNC_CUSTOM_OBJECTS: typeSlugs.prefault(''),
  PYLON_SYNC_SINCE: date.optional(),
  PYLON_SYNC_SCHEDULE: cron.prefault('* * * * *'),
  PYLON_SYNC_LIST_SCHEDULE: cron.prefault('*/15 * * * *'),
  PYLON_SYNC_RECONCILE_SCHEDULE: cron.prefault('0 3 * * *'),
  PYLON_SYNC_WINDOW_DAYS: whole(7, 365).prefault('30'),
  PYLON_SYNC_OVERLAP: whole(1, 86_400).prefault('300'),
  PYLON_SYNC_AUDIT_SHARE: shareOrNone.prefault('0.05'),
  PYLON_SYNC_CONFLICTS: z.string().transform(conflicts).prefault('hold'),
  PYLON_SYNC_ALLOW: allowed.prefault('update'),
  PYLON_SYNC_EDIT_GUARD: whole(0, 1_000_000).prefault('1000'),
  PYLON_SYNC_RETENTION_DAYS: whole(1, 36_500).prefault('90'),
  PYLON_SYNC_DATA_DIR: folder.prefault('./.pylon-sync'),
  PYLON_SYNC_HTTP: listenAddress.prefault('127.0.0.1:8080'),
  PYLON_SYNC_HTTP_HOSTS: hostNames.prefault(''),
  PYLON_WEBHOOK_SECRET: webhookSecret.optional(),
  PYLON_SYNC_PING_URL: secretUrl.optional(),
  PYLON_SYNC_ALERT_URL: secretUrl.optional(),
  PYLON_SYNC_ALERT_SECRET: alertSecret.optional(),
  PYLON_SYNC_ALERT_FORMAT: oneOf('text', 'teams').optional(),
  PYLON_SYNC_ALERT_LAG: whole(10, 31_536_000).optional(),
  HTTPS_PROXY: proxyUrl.optional(),
  HTTP_PROXY: proxyUrl.optional(),
  NO_PROXY: z.string().prefault(''),
  LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').prefault('info'),
  LOG_FORMAT: oneOf('json', 'pretty').optional(),
});

const isSecret = (variable: string) => (SECRETS as readonly string[]).includes(variable);

function problemOf(variable: string, message: string, env: Environment): Problem {
  const value = env[variable];
  if (value === undefined) return { variable, message: `${variable} is not set: ${message}` };
  // Somebody may have put an address with a password into any variable.
  const got =
    isSecret(variable) || /@/.test(value)
      ? '(its value is not shown)'
      : `is ${JSON.stringify(value.slice(0, 200))}`;
  return { variable, message: `${variable} ${got}: ${message}` };
}

/** Variables that many programs read, under their lower-case names too. */
const PROXY_VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'];

/** Variables that Kubernetes sets in every container for a service named `pylon-sync`. */
const SERVICE_LINK = /_(SERVICE_(HOST|PORT)\w*|PORT(_\d+_\w+)?)$/;

function unknownNames(env: Environment): readonly string[] {
  const known = new Set([...Object.keys(schema.shape), ...SECRETS.map(fileVariable)]);
  return Object.keys(env)
    .filter((name) => /^PYLON_/.test(name) && !known.has(name) && !SERVICE_LINK.test(name))
    .map((name) => `${name} is not a variable of pylon-sync: it has no effect`);
}

/**
 * Reads every variable and collects every problem. An empty variable counts as not set. Reads the files of secrets
 * (`<name>_FILE`).
 */
export function inspectConfig(env: Environment, need: { readonly token: boolean }): Inspection {
  const files = readSecretFiles(env);
  // As for curl, the lower-case name is a proxy variable's first one.
  const proxies = PROXY_VARIABLES.flatMap((name) => {
    const value = env[name.toLowerCase()];
    return value?.trim() ? [[name, value] as const] : [];
  });
  const given = Object.fromEntries(
    Object.entries({ ...env, ...files.values, ...Object.fromEntries(proxies) }).flatMap(([name, value]) =>
      value?.trim() ? [[name, value.trim()]] : [],
    ),
  );
  const copied = SECRETS.flatMap((name) => {
    const why = copiedAlong(name, given[name] ?? '');
    if (why === undefined) return [];
    const variable = files.values[name] === undefined ? name : fileVariable(name);
    return [{ variable: name, message: `${variable} (its value is not shown): ${why}` }];
  });
  const named: ReadonlySet<string> = new Set(copied.map(({ variable }) => variable));
  const addresses = ['DATABASE_URL', 'DATABASE_LISTEN_URL'].filter((name) => given[name] !== undefined);
  for (const name of addresses) given[name] = withoutBareLogin(given[name] ?? '');
  const unfulfilled = new Map(
    addresses
      .flatMap((name) => environmentFaults(given[name] ?? '', given))
      .map(({ variable, message }) => [variable, message]),
  );
  if (unfulfilled.size === 0) for (const name of addresses) given[name] = withTls(given[name] ?? '', given);
  const issues = schema.safeParse(given).error?.issues ?? [];
  const problems = [
    ...[...unfulfilled].map(([variable, message]) => problemOf(variable, message, given)),
    ...[...files.problems].map(([variable, message]) => ({ variable, message })),
    ...copied,
    ...issues
      .filter(({ path }) => !named.has(String(path[0])))
      .map(({ path, message }) => problemOf(String(path[0]), message, given)),
  ];
  if (need.token && given.PYLON_API_TOKEN === undefined && !files.problems.has('PYLON_API_TOKEN')) {
    problems.unshift(problemOf('PYLON_API_TOKEN', TOKEN_TAKES, given));
  }
  const wrong = new Set(problems.map(({ variable }) => variable));
  const read = schema.parse(Object.fromEntries(Object.entries(given).filter(([name]) => !wrong.has(name))));
  const elsewhere = contradiction(read.PYLON_API_TOKEN, read.PYLON_API_URL);
  if (elsewhere !== undefined) problems.push(problemOf('PYLON_API_URL', elsewhere, given));
  return {
    config: configOf(read),
    problems,
    warnings: [...unknownNames(given), ...unknownZone(given), ...otherProxy(given), ...unusedAlerts(given)],
  };
}

/** Warns of an unknown time zone, for which Node silently uses UTC. */
function unknownZone({ TZ: zone }: Environment): readonly string[] {
  if (zone === undefined || /^:|^[A-Z]{3,}-?\d/i.test(zone)) return [];
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return [];
  } catch {
    return [`TZ is ${JSON.stringify(zone)}: not a time zone that Node knows, so schedules use UTC`];
  }
}

/** Warns of a proxy that other programs would use. */
function otherProxy(env: Environment): readonly string[] {
  if (env.HTTPS_PROXY !== undefined || (env.ALL_PROXY ?? env.all_proxy) === undefined) return [];
  return ['ALL_PROXY has no effect: set HTTPS_PROXY'];
}

/** Warns of settings of alerts that are not sent. */
function unusedAlerts(env: Environment): readonly string[] {
  if (env.PYLON_SYNC_ALERT_URL !== undefined) return [];
  return ['PYLON_SYNC_ALERT_SECRET', 'PYLON_SYNC_ALERT_FORMAT']
    .filter((name) => env[name] !== undefined)
    .map((name) => `${name} has no effect: PYLON_SYNC_ALERT_URL is not set`);
}

function configOf(read: z.output<typeof schema>): Config {
  return {
    token: read.PYLON_API_TOKEN,
    apiUrl: read.PYLON_API_URL ?? addressFor(read.PYLON_API_TOKEN),
    databaseUrl: read.DATABASE_URL,
    databasePassword: read.PGPASSWORD,
    limits: read.PYLON_RATE_LIMITS,
    rateShare: read.PYLON_RATE_SHARE,
    // Without a type there is nothing to read of them.
    resources: read.PYLON_SYNC_RESOURCES.filter(
      ({ pull }) => pull.by !== 'types' || read.PYLON_SYNC_CUSTOM_OBJECTS.length > 0,
    ),
    customObjects: read.PYLON_SYNC_RESOURCES.some(({ pull }) => pull.by === 'types')
      ? read.PYLON_SYNC_CUSTOM_OBJECTS
      : [],
    since: read.PYLON_SYNC_SINCE,
    schedule: read.PYLON_SYNC_SCHEDULE,
    listSchedule: read.PYLON_SYNC_LIST_SCHEDULE,
    reconcileSchedule: read.PYLON_SYNC_RECONCILE_SCHEDULE,
    windowDays: read.PYLON_SYNC_WINDOW_DAYS,
    overlapSeconds: read.PYLON_SYNC_OVERLAP,
    auditShare: read.PYLON_SYNC_AUDIT_SHARE,
    conflicts: read.PYLON_SYNC_CONFLICTS,
    allow: read.PYLON_SYNC_ALLOW,
    editGuard: read.PYLON_SYNC_EDIT_GUARD,
    retentionDays: read.PYLON_SYNC_RETENTION_DAYS,
    listenUrl: read.DATABASE_LISTEN_URL,
    pingUrl: read.PYLON_SYNC_PING_URL,
    alerts: read.PYLON_SYNC_ALERT_URL && {
      url: read.PYLON_SYNC_ALERT_URL,
      secret: read.PYLON_SYNC_ALERT_SECRET,
      format: read.PYLON_SYNC_ALERT_FORMAT,
    },
    alertLag: read.PYLON_SYNC_ALERT_LAG,
    proxies: { https: read.HTTPS_PROXY, http: read.HTTP_PROXY, none: read.NO_PROXY },
    dataDir: read.PYLON_SYNC_DATA_DIR,
    http: read.PYLON_SYNC_HTTP,
    httpHosts: read.PYLON_SYNC_HTTP_HOSTS,
    webhookSecret: read.PYLON_WEBHOOK_SECRET,
    logLevel: read.LOG_LEVEL,
    logFormat: read.LOG_FORMAT,
  };
}

/**
 * The configuration of a command.
 *
 * @throws UsageError naming every problem at once.
 */
export function readConfig(env: Environment, need: { readonly token: boolean }): Config {
  const { config, problems } = inspectConfig(env, need);
  if (problems.length > 0) throw new UsageError(problems.map(({ message }) => message).join('\n'));
  return config;
}
