import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/start.ts';

/** A stand-in for Pylon with everything that surprises readers, unless a test says otherwise. */
export const startTrappedSandbox = (options: SandboxOptions = {}): Promise<Sandbox> =>
  startSandbox({ traps: true, ...options });
