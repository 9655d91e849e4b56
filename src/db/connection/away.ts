import { LeaseLostError, PermanentError, TransientError, UsageError } from '../../errors.ts';
import { layersOf } from './sql-state.ts';

/** The database cannot be used for now: unreachable, starting, out of room. All work waits for it. */
export class DatabaseAwayError extends TransientError {
  override name = 'DatabaseAwayError';
}

/** The database cannot be used until a person changes something: the login, the database's name, a certificate. */
export class DatabaseRefusedError extends DatabaseAwayError {
  override name = 'DatabaseRefusedError';
}

/**
 * SQLSTATEs that concern the server, not the statement: 08 connection, 25006 read only (a failover), 25P03 idle in a
 * transaction for too long (this process was paused), 28 login (a password that is being changed), 3D000 no such
 * database (it is being restored), 53100 disk full, 53300 too many connections, 57P0x shutting down, crashed,
 * starting.
 */
const STATES = /^(08...|25006|25P03|28...|3D000|53100|53300|57P0.)$/;

/** Node's codes of network errors. */
const CODES =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|E(HOST|NET)(UNREACH|DOWN)|ENOENT)$/;

/** What Postgres says of a statement with more parameters than it takes, under 08P01. pgbouncer says all that it says under it. */
const TOO_MANY_PARAMETERS = /^bind message /;

/** SQLSTATEs of a refused login: 28 user, password or client address, 3D000 database. */
const REFUSED = /^(28...|3D000)$/;

/**
 * Node's codes of TLS errors: the server's certificate is not trusted, has expired or is another server's; or ours
 * cannot be used.
 */
const TLS_CODES =
  /^(ERR_(TLS|SSL|OSSL)_\w+|(UNABLE_TO|CERT|CRL|HOSTNAME|SELF_SIGNED|DEPTH_ZERO|INVALID_CA|PATH_LENGTH)_\w+)$/;

/** Messages of `pg` about a failed login that carry no code. */
const LOGIN_WORDS =
  /^(SASL: |The server does not support SSL connections|There was an error establishing an SSL)/;

/** Whether a connection failed for a reason that only a person can fix, so that retrying alone does not help. */
export function isLoginRefused(error: unknown): boolean {
  for (const { code, message } of layersOf(error)) {
    if (typeof code === 'string') return REFUSED.test(code) || TLS_CODES.test(code);
    if (LOGIN_WORDS.test(message)) return true;
  }
  return false;
}

/** Messages of `pg` about a broken connection that carry no code. */
const WORDS =
  /^(Connection terminated|timeout expired|Client (has encountered a connection error|was closed))/;

/** Whether an error says that its connection is broken without saying why. */
export function isBroken(error: unknown): boolean {
  for (const { code, message } of layersOf(error)) if (code === undefined && WORDS.test(message)) return true;
  return false;
}

/** Our own errors, which are classified already: a network code in the cause of one may concern Pylon. */
const OURS = [TransientError, PermanentError, UsageError, LeaseLostError];

/** Whether an error of a query means that the database cannot be used for now. */
function isAway(error: unknown): boolean {
  for (const layer of layersOf(error)) {
    if (OURS.some((kind) => layer instanceof kind)) return layer instanceof DatabaseAwayError;
    const { code, message } = layer;
    if (code === '08P01' && TOO_MANY_PARAMETERS.test(message)) return false;
    if (typeof code === 'string') return STATES.test(code) || CODES.test(code) || TLS_CODES.test(code);
    if (WORDS.test(message) || LOGIN_WORDS.test(message)) return true;
  }
  return false;
}

/** SQLSTATEs of a statement that exceeded a timeout, its own or that of a lock. */
const TOO_LONG = /^(57014|55P03|25P03|25P04)$/;

/** The same error; a TransientError if it means that a timeout of the database expired, since a retry may succeed. */
export function lateOr(error: unknown): unknown {
  for (const layer of layersOf(error)) {
    if (OURS.some((kind) => layer instanceof kind)) return error;
    const { code } = layer;
    if (typeof code !== 'string') continue;
    if (!TOO_LONG.test(code)) return error;
    return new TransientError('the database took too long', { cause: layer });
  }
  return error;
}

/** SQLSTATE of a missing privilege. */
const DENIED = '42501';

/**
 * The same error; a PermanentError if it means that the database user lacks a privilege, which a person has to grant.
 */
export function deniedOr(error: unknown, user: string): unknown {
  for (const layer of layersOf(error))
    if (layer.code === DENIED)
      return new PermanentError(
        `the database user ${user} may not do this: ${layer.message} (docs/editing.md has what each role may, under "Roles")`,
        { cause: layer },
      );
  return error;
}

/**
 * The same error if it is one of ours or concerns the statement; a DatabaseAwayError if it means that the database
 * cannot be used.
 */
export function awayOr(error: unknown): unknown {
  if (error instanceof DatabaseAwayError || !isAway(error)) return error;
  // The innermost error says enough; the outer one repeats the long statement.
  const cause = [...layersOf(error)].at(-1);
  return new DatabaseAwayError('the database cannot be used', { cause });
}
