/**
 * One class per decision a caller can take. The message says what was attempted and why it failed;
 * `cause` holds the error underneath where there is one.
 */

/** The caller's words or configuration are wrong: say so and stop, exit status 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Nothing was done; the same call may succeed later (database away, Pylon down, limit spent by others). */
export class TransientError extends Error {
  override name = 'TransientError';
}

/** The same call will fail again until a person changes something. */
export class PermanentError extends Error {
  override name = 'PermanentError';
}

/** A write whose answer was lost: it may or may not have been applied. Read back before repeating. */
export class UnknownOutcomeError extends Error {
  override name = 'UnknownOutcomeError';
}

/** This process no longer holds the lease of its database: write nothing more. */
export class LeaseLostError extends Error {
  override name = 'LeaseLostError';
}

/** What Drizzle says of a query that failed: the statement and its parameters, which hold people's data. */
const QUERY = /^Failed query: /;

/** What an error says; of several at once, which have no words of their own (the addresses of one name), each once. */
function messageOf(error: Error): string {
  if (error.message !== '' || !(error instanceof AggregateError)) return error.message || error.name;
  return [...new Set(error.errors.map(reasonOf))].join(', ') || error.name;
}

/** The text of any thrown value, for a log line or a row of `runs`; of a failed query, why and not what. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = messageOf(error);
  const inner = error.cause === undefined ? '' : reasonOf(error.cause);
  if (QUERY.test(message)) return `a query failed: ${inner}`;
  return inner === '' || message.includes(inner) ? message : `${message}: ${inner}`;
}

/** The error to log: that beneath a failed query, whose own message would hold people's data. */
export function loggable(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (QUERY.test(error.message)) return error.cause ?? new Error('a query failed');
  return error;
}
