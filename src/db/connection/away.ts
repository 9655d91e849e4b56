import { LeaseLostError, PermanentError, TransientError, UsageError } from '../../errors.ts';
import { layersOf } from './sql-state.ts';

/** The database cannot be used for now: unreachable, starting, out of room. Everybody's work waits for it. */
export class DatabaseAwayError extends TransientError {
  override name = 'DatabaseAwayError';
}

/** The database cannot be used until a person has changed something: the login, its name, a certificate. */
export class DatabaseRefusedError extends DatabaseAwayError {
  override name = 'DatabaseRefusedError';
}

/**
 * SQLSTATEs that speak of the server and not of the statement: 08 connection, 25006 read only (a failover), 25P03
 * closed for having been idle (this process was paused in a transaction), 28 login (a password that is being
 * changed), 3D000 no such database (being restored), 53100 disk full, 53300 too many connections, 57P0x shutting
 * down, crashed, starting.
 */
const STATES = /^(08...|25006|25P03|28...|3D000|53100|53300|57P0.)$/;

/** Codes of the network, as Node has them. */
const CODES =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|E(HOST|NET)(UNREACH|DOWN)|ENOENT)$/;

/** SQLSTATEs of a login that is refused: 28 who and from where, 3D000 to which database. */
const REFUSED = /^(28...|3D000)$/;

/** Codes of TLS: a certificate that is not trusted, has expired or is another server's; one of ours that cannot be used. */
const TLS_CODES =
  /^(ERR_(TLS|SSL|OSSL)_\w+|(UNABLE_TO|CERT|CRL|HOSTNAME|SELF_SIGNED|DEPTH_ZERO|INVALID_CA|PATH_LENGTH)_\w+)$/;

/** What `pg` says of a login without any code. */
const LOGIN_WORDS =
  /^(SASL: |The server does not support SSL connections|There was an error establishing an SSL)/;

/** Whether a connection could not be made for a reason that only a person can mend, however long one waits. */
export function isRefusal(error: unknown): boolean {
  for (const { code, message } of layersOf(error)) {
    if (typeof code === 'string') return REFUSED.test(code) || TLS_CODES.test(code);
    if (LOGIN_WORDS.test(message)) return true;
  }
  return false;
}

/** What `pg` says of a connection without any code. */
const WORDS =
  /^(Connection terminated|timeout expired|Client (has encountered a connection error|was closed))/;

/** Whether an error says that its connection is broken, and not by what. */
export function isBroken(error: unknown): boolean {
  for (const { code, message } of layersOf(error)) if (code === undefined && WORDS.test(message)) return true;
  return false;
}

/** Errors of ours say themselves what they mean; a network's code beneath one may be Pylon's. */
const OURS = [TransientError, PermanentError, UsageError, LeaseLostError];

/** Whether an error of a query says that the database cannot be used for now. */
function isAway(error: unknown): boolean {
  for (const layer of layersOf(error)) {
    if (OURS.some((kind) => layer instanceof kind)) return layer instanceof DatabaseAwayError;
    const { code, message } = layer;
    if (typeof code === 'string') return STATES.test(code) || CODES.test(code) || TLS_CODES.test(code);
    if (WORDS.test(message) || LOGIN_WORDS.test(message)) return true;
  }
  return false;
}

/** SQLSTATEs of a statement that took, or waited for a lock, longer than it may. */
const TOO_LONG = /^(57014|55P03|25P03|25P04)$/;

/** The same error, unless it says that the database took too long: that may pass. */
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

/** SQLSTATE of what a database user may not do. */
const DENIED = '42501';

/** The same error, unless it says that the database user may not do what was asked of it: a person has to grant it. */
export function deniedOr(error: unknown, user: string): unknown {
  for (const layer of layersOf(error))
    if (layer.code === DENIED)
      return new PermanentError(
        `the database user ${user} may not do this: ${layer.message} (docs/editing.md has what each role may, under "Roles")`,
        { cause: layer },
      );
  return error;
}

/** The same error if it is one of ours or of the statement, else as a database that is away. */
export function awayOr(error: unknown): unknown {
  if (error instanceof DatabaseAwayError || !isAway(error)) return error;
  // What was being asked does not matter, and is long.
  const cause = [...layersOf(error)].at(-1);
  return new DatabaseAwayError('the database cannot be used', { cause });
}
