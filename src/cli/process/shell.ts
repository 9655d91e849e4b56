import type { Readable } from 'node:stream';
import type { Environment } from '../../config.ts';
import type { Tempo } from './tempo.ts';

/** The process as commands see it: they do not use `process` itself. */
export interface Shell {
  readonly env: Environment;
  /** The path of the program, as it was named; undefined: by its own name. */
  readonly program?: string | undefined;
  /** Input that a person or a pipe gives; undefined where there is none. */
  readonly stdin?: (Readable & { readonly isTTY?: boolean }) | undefined;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Aborted with an `Interrupted` by the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  readonly version: string;
  /** Default: `TEMPO`. */
  readonly tempo?: Tempo;
}

/** A person or a supervisor asked the process to stop. */
export class Interrupted extends Error {
  override name = 'Interrupted';
  /** 128 plus the signal's number: the exit status shells use for a command that a signal ended. */
  readonly status: number;

  constructor(signal: string, number: number) {
    super(`stopped by ${signal}`);
    this.status = 128 + number;
  }
}

/** A command's work. Returns the exit status: 0 done, 1 failed, 2 wrong usage or configuration, 3 done in part. */
type Work = (shell: Shell) => Promise<number>;

/** Runs a command's work and keeps its exit status. */
export type Run = (work: Work) => Promise<void>;
