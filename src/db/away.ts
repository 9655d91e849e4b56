import { LeaseLostError, PermanentError, TransientError, UsageError } from '../errors.ts';
import { layersOf } from './sql-state.ts';

/** The database cannot be used for now: unreachable, starting, out of room. Everybody's work waits for it. */
export class DatabaseAwayError extends TransientError {
  override name = 'DatabaseAwayError';
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
    if (typeof code === 'string') return STATES.test(code) || CODES.test(code);
    if (WORDS.test(message)) return true;
  }
  return false;
}

/** The same error if it is one of ours or of the statement, else as a database that is away. */
export function awayOr(error: unknown): unknown {
  if (error instanceof DatabaseAwayError || !isAway(error)) return error;
  // What was being asked does not matter, and is long.
  const cause = [...layersOf(error)].at(-1);
  return new DatabaseAwayError('the database cannot be used', { cause });
}
