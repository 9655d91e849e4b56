import { type Logger, pino, stdTimeFunctions } from 'pino';
import { prettyFactory } from 'pino-pretty';

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
      serializers: { error: pino.stdSerializers.err },
      redact: {
        paths: ['token', 'password', 'authorization', '*.token', '*.password', '*.authorization'],
        censor: '***',
      },
    },
    { write: (line) => write(conceal(shown(line))) },
  );
}
