import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/start.ts';

/** Messages of one issue that do not fit on a page: most of what a small workspace holds. */
export const MORE_THAN_A_PAGE = 1_200;
/** Messages of that issue where nothing is proved by them. */
export const FEW_MESSAGES = 12;
/** Fewer tasks than a small workspace has by itself: each costs every test that reads the workspace a request for its comments. */
const FEW_TASKS = 12;

/**
 * A stand-in for Pylon with everything that surprises readers, unless a test says otherwise. Who wants an issue with
 * `MORE_THAN_A_PAGE` messages asks for it, since every test that reads the workspace reads them.
 */
export const startTrappedSandbox = (options: SandboxOptions = {}): Promise<Sandbox> =>
  startSandbox({ traps: true, mostMessages: FEW_MESSAGES, leastTasks: FEW_TASKS, ...options });
