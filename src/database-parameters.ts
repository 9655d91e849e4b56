import { closest } from './closest.ts';

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const;

/** How a connection to Postgres is encrypted: libpq's modes, and `no-verify`, which is `pg`'s name for `require`. */
export type SslMode = (typeof SSL_MODES)[number];

export const isSslMode = (text: string): text is SslMode => SSL_MODES.some((mode) => mode === text);

/** What a parameter takes: a test for its value, and the same in words. */
type Takes = readonly [isTaken: (value: string) => boolean, words: string];

const TEXT: Takes = [() => true, 'a text'];
const WHOLE: Takes = [(value) => /^-?\d{1,9}$/.test(value), 'a whole number'];

const only = (...values: readonly string[]): Takes => [
  (value) => values.includes(value),
  values.length === 1 ? `${values[0]} alone` : `one of ${values.join(', ')}`,
];

/** Whether a text is a port's number; an empty one is the default port. */
const isPort = (text: string): boolean =>
  text === '' || (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535);

/** What has an effect: on `db/connection/address.ts`, or on `pg`. */
const EFFECTIVE: Readonly<Record<string, Takes>> = {
  sslmode: only(...SSL_MODES),
  ssl: only('true', '1', 'false', '0', ...SSL_MODES),
  sslrootcert: TEXT,
  sslcert: TEXT,
  sslkey: TEXT,
  sslnegotiation: only('postgres', 'direct'),
  uselibpqcompat: only('true', 'false'),
  user: TEXT,
  password: TEXT,
  host: [(value) => !value.includes(','), 'one host'],
  port: [isPort, 'a number from 1 to 65535'],
  options: TEXT,
  application_name: TEXT,
  fallback_application_name: TEXT,
  client_encoding: [(value) => /^utf-?8$/i.test(value), 'UTF8 alone'],
  statement_timeout: WHOLE,
  lock_timeout: WHOLE,
  idle_in_transaction_session_timeout: WHOLE,
  query_timeout: WHOLE,
};

/**
 * What libpq knows and this program passes over: values that it fulfils anyway, or that nobody is harmed by if it does not. A
 * value that asks for more protection than there would be is not among them.
 */
const WITHOUT_EFFECT: Readonly<Record<string, Takes>> = {
  connect_timeout: WHOLE,
  keepalives: WHOLE,
  keepalives_idle: WHOLE,
  keepalives_interval: WHOLE,
  keepalives_count: WHOLE,
  tcp_user_timeout: WHOLE,
  sslcompression: only('0', '1'),
  sslsni: only('0', '1'),
  sslcertmode: only('allow'),
  // The least that Node speaks.
  ssl_min_protocol_version: only('TLSv1', 'TLSv1.1', 'TLSv1.2'),
  channel_binding: [
    (value) => value === 'disable' || value === 'prefer',
    'disable or prefer; in place of require, sslmode=verify-full makes sure of the server',
  ],
  gssencmode: only('disable', 'prefer'),
  krbsrvname: TEXT,
  gsslib: TEXT,
  load_balance_hosts: only('disable', 'random'),
  // The daemon needs a server that takes writes anyway.
  target_session_attrs: only('any', 'read-write', 'primary'),
};

const TAKEN = { ...EFFECTIVE, ...WITHOUT_EFFECT };

/** What libpq or `pg` knows and this program does not do, and what to write for it. */
const REFUSED: Readonly<Record<string, string>> = {
  dbname: 'write the name after the host, as /database',
  database: 'write the name after the host, as /database',
  hostaddr: 'write the address as the host',
  passfile: 'use PGPASSWORD or PGPASSWORD_FILE',
  service: 'write what it stands for into the address',
  ...Object.fromEntries(
    [
      ...['require_auth', 'requirepeer', 'requiressl', 'sslcrl', 'sslcrldir', 'sslpassword'],
      ...['ssl_max_protocol_version', 'scram_client_key', 'scram_server_key', 'gssdelegation'],
      ...['min_protocol_version', 'max_protocol_version', 'replication', 'binary'],
    ].map((name) => [name, 'it is not supported']),
  ),
};

/** How many letters a name may differ in from the one that was meant. */
const NEAR = 3;

/** Why one parameter cannot be used; undefined if it can. */
function faultOf(name: string, value: string): string | undefined {
  const takes = TAKEN[name];
  if (takes !== undefined) return takes[0](value) ? undefined : `takes as ${name} ${takes[1]}`;
  if (REFUSED[name] !== undefined) return `takes no parameter ${name}: ${REFUSED[name]}`;
  if (!/^[\w.-]{1,40}$/.test(name)) return 'takes no parameter of such a name';
  const near = closest(name, Object.keys(TAKEN), NEAR);
  return `takes no parameter ${name}${near === '' ? '' : `, did you mean ${near}?`}`;
}

/**
 * Why the parameters of a database's address cannot be used; undefined if they can. As libpq does, it takes none that it does not
 * know: with a misspelt `sslmode` the connection would not be encrypted. Values are not shown.
 */
export function parametersFault(parameters: URLSearchParams): string | undefined {
  let isAfterPassword = false;
  for (const [name, value] of parameters) {
    const fault = faultOf(name, value);
    // The name may be the end of a password with an & in it.
    if (fault !== undefined && isAfterPassword && TAKEN[name] === undefined)
      return 'takes no such parameter as the one after the password: an & of the password is written %26';
    if (fault !== undefined) return fault;
    isAfterPassword ||= name === 'password';
  }
  return undefined;
}

/** Parameters that the address takes over from the environment, where it has none of that name. */
const FROM_ENVIRONMENT: Readonly<Record<string, string>> = {
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
};

/** Variables of libpq that ask for protection, which is not to be missed without a word. */
const ASKING: Readonly<Record<string, string>> = {
  sslmode: 'PGSSLMODE',
  channel_binding: 'PGCHANNELBINDING',
  require_auth: 'PGREQUIREAUTH',
  requirepeer: 'PGREQUIREPEER',
  sslcrl: 'PGSSLCRL',
  sslcrldir: 'PGSSLCRLDIR',
  sslcertmode: 'PGSSLCERTMODE',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  gssencmode: 'PGGSSENCMODE',
};

type Variables = Readonly<Record<string, string | undefined>>;

/** Whether the parameters say it themselves: `ssl` is `pg`'s word for `sslmode`. */
const isSaid = (parameters: URLSearchParams, name: string): boolean =>
  parameters.has(name) || (name === 'sslmode' && parameters.has('ssl'));

/** Variables of libpq that count for an address and cannot be used, and why. */
export function environmentFaults(
  text: string,
  env: Variables,
): readonly { readonly variable: string; readonly message: string }[] {
  if (!URL.canParse(text)) return [];
  const { searchParams } = new URL(text);
  return Object.entries(ASKING).flatMap(([name, variable]) => {
    const value = env[variable];
    if (value === undefined || isSaid(searchParams, name)) return [];
    const takes = TAKEN[name];
    if (takes?.[0](value)) return [];
    return [{ variable, message: takes === undefined ? 'it is not supported' : `takes ${takes[1]}` }];
  });
}

/** Adds the environment's TLS parameters to an address, each where the address does not set it itself. */
export function withTls(text: string, env: Variables): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  const added = Object.entries(FROM_ENVIRONMENT).filter(
    ([name, variable]) => env[variable] !== undefined && !isSaid(url.searchParams, name),
  );
  if (added.length === 0) return text;
  for (const [name, variable] of added) url.searchParams.set(name, env[variable] ?? '');
  return url.href;
}
