import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { TEMPO } from '../../src/cli/process/tempo.ts';
import { Dice } from '../../src/sandbox/data/random.ts';
import type { RequestRecord } from '../../src/sandbox/server/requests.ts';
import { type Ended, type Launched, logOf } from './command.ts';
import { type DaemonWorkspace, openDaemonWorkspace, type WorkspaceOptions } from './daemon-workspace.ts';
import { type Errands, newErrands } from './errands.ts';
import { FEW_MESSAGES } from './sandbox.ts';

/** Kills of each crash test; `npm run soak` asks for more. */
export const KILLS = Number(process.env.TEST_KILLS ?? 20);

/** No promise: only the end of a test that cannot succeed any more. */
export const CRASH_TIMEOUT = { timeout: 600_000 + KILLS * 25_000 };
export const WITHIN_MS = 400_000;

/** A start takes about half a second: kills in it come within so long. */
const START_MS = 800;

/**
 * What was under way when a process was killed may still take effect for so long, and waits until then: a record that
 * many kills have met would keep a test waiting for minutes. An answer takes milliseconds.
 */
const REQUEST_MS = 3_000;

/**
 * Who was killed on this machine is seen to be dead at once, so that nobody waits for a lease to expire; and one of the
 * promised length is not lost to a busy machine.
 */
const { heartbeatMs, expiryMs } = TEMPO;

/** When a process is killed: after so many requests more, at random, or somewhere in its start. */
interface Moment {
  /** Those that matter; default: all. */
  readonly counts?: (request: RequestRecord) => boolean;
  /** The most to wait for. */
  readonly most: number;
  /** How often, of 1, it is somewhere in the start instead. */
  readonly inStart?: number;
}

/** A workspace whose processes are killed at moments that a seed picks. */
export interface CrashTest extends DaemonWorkspace {
  readonly seed: number;
  /** For the messages of assertions. */
  readonly told: string;
  readonly dice: Dice;
  /** Starts a process, a daemon where nothing is said, whose log is read in the end. */
  begin(words?: readonly string[]): Launched;
  /** Begins a daemon, which has read everything once when it is killed. */
  readOnce(): Promise<void>;
  /**
   * Does something at intervals beside them, until it is ended. What a step throws fails the test at its next moment, or
   * in the one that it waits for.
   */
  readonly keepDoing: Errands['keepDoing'];
  /** Waits for a moment in the life of processes; whether all of them have lived to see it. */
  moment(processes: readonly Launched[], moment: Moment): Promise<boolean>;
  /** Ends a daemon as a user does: cleanly. */
  end(daemon: Launched): Promise<void>;
  /** Fails where any process has logged an error. */
  expectQuiet(): void;
}

/** Opens a workspace for a crash test, which is closed with it. `TEST_SEED` sets the seed. */
export async function openCrashTest(options: (seed: number) => WorkspaceOptions): Promise<CrashTest> {
  const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
  const told = `seed ${seed}`;
  const dice = new Dice(seed);
  const arrivals = new Set<(request: RequestRecord) => void>();
  const onRequest = (request: RequestRecord) => {
    for (const tell of arrivals) tell(request);
  };
  const chosen = options(seed);
  const workspace = await openDaemonWorkspace({
    ...chosen,
    sandbox: { mostMessages: FEW_MESSAGES, ...chosen.sandbox, onRequest },
    tempo: { heartbeatMs, expiryMs, requestMs: REQUEST_MS, ...chosen.tempo },
  });
  onTestFinished(() => workspace.close());
  const begun: Launched[] = [];
  const begin = (words: readonly string[] = ['start']) => {
    const launched = workspace.launch(words);
    begun.push(launched);
    return launched;
  };
  const { keepDoing, unlessFailed } = newErrands();
  return {
    ...workspace,
    ...{ seed, told, dice, begin, keepDoing },
    async readOnce() {
      const first = begin();
      await first.until('"pass":"backfill"');
      await kill(first);
    },
    async moment(processes, { counts = () => true, most, inStart = 0 }) {
      let isOver = false;
      const over = Promise.race(processes.map(({ ended }) => ended)).then(() => {
        isOver = true;
      });
      if (dice.chance(inStart)) await unlessFailed(sleep(dice.below(START_MS)));
      else {
        let left = 1 + dice.below(most);
        let arrived = (_: RequestRecord) => {};
        const met = new Promise<void>((resolve) => {
          arrived = (request) => {
            if (counts(request)) left -= 1;
            if (left === 0) resolve();
          };
        });
        arrivals.add(arrived);
        await unlessFailed(Promise.race([met, over])).finally(() => arrivals.delete(arrived));
        // Anywhere between two commits.
        await sleep(dice.below(20));
      }
      return !isOver;
    },
    async end(daemon) {
      daemon.kill('SIGTERM');
      const { status, stdout, stderr } = await daemon.ended;
      expect(status, `${told}\n${stdout}${stderr}`).toBe(0);
    },
    expectQuiet() {
      const loud = begun.flatMap(logOf).filter(({ level }) => level === 'error' || level === 'fatal');
      expect(loud, told).toEqual([]);
    },
  };
}

/** As `kill -9` does. */
export async function kill(launched: Launched): Promise<Ended> {
  launched.kill('SIGKILL');
  return launched.ended;
}
