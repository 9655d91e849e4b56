import type { SandboxProcess } from '../sandbox.ts';

/** A way to bring a workspace's issues into `pylon.issues`. */
export interface Method {
  readonly name: string;
  /** Does what is not measured; the function that it returns loads a database and says how many rows it read. */
  prepare(sandbox: SandboxProcess): Promise<(database: string) => Promise<number>>;
}
