import { type Logger, pino, stdTimeFunctions } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { loggable, reasonOf } from './errors.ts';

export interface LogOptions {
  /** `trace` to `fatal`, or `silent`. */
  readonly level: string;
  readonly format: 'json' | 'pretty';
  readonly colour: boolean;
  /** Takes each finished line, its end included. */
  readonly write: (line: string) => void;
  /** Blacks out secrets in a line, whatever carried them there. */
  readonly conceal: (line: string) => string;
}

/** The error with its causes, but without the parameters of a query anywhere among them. */
function errorWithoutData(error: unknown): unknown {
  const safe = loggable(error);
  if (!(safe instanceof Error)) return safe;
  const { type, stack, code } = pino.stdSerializers.err(safe) as {
    type: string;
    stack: string;
    code?: unknown;
  };
  // The text that pino makes of the causes repeats their messages.
  return {
    type,
    message: reasonOf(safe),
    stack: stack.split('\ncaused by: ')[0],
    ...(code !== undefined && { code }),
  };
}

/** A constant message and fields; one line an event, as JSON or for eyes. */
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
