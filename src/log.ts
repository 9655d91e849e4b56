import { type Logger, pino, stdTimeFunctions } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { loggable, reasonOf } from './errors.ts';

export interface LogOptions {
  /** `trace` to `fatal`, or `silent`. */
  readonly level: string;
  readonly format: 'json' | 'pretty';
  readonly colour: boolean;
  /** Called with each line, including its line break. */
  readonly write: (line: string) => void;
  /** Replaces secrets in a line. */
  readonly conceal: (line: string) => string;
}

/** Serialises an error with its causes, without the parameters of failed queries. */
function errorWithoutData(error: unknown): unknown {
  const safe = loggable(error);
  if (!(safe instanceof Error)) return safe;
  const { type, stack, code } = pino.stdSerializers.err(safe) as {
    type: string;
    stack: string;
    code?: unknown;
  };
  // pino's text of the causes would repeat their messages.
  return {
    type,
    message: reasonOf(safe),
    stack: stack.split('\ncaused by: ')[0],
    ...(code !== undefined && { code }),
  };
}

/**
 * Creates a log of one line an event, as JSON or as text for people. Messages are constant; what varies goes into
 * fields.
 */
export function createLog({ level, format, colour, write, conceal }: LogOptions): Logger {
  const pretty = prettyFactory({ colorize: colour, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' });
  const shown = format === 'pretty' ? (line: string) => pretty(line) : (line: string) => line;
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: errorWithoutData },
      redact: {
        paths: ['token', 'password', 'authorization', '*.token', '*.password', '*.authorization'],
        censor: '***',
      },
    },
    { write: (line) => write(conceal(shown(line))) },
  );
}
