import { parseArgs } from 'node:util';
import { UsageError } from '../../src/errors.ts';

export interface SoakFlags {
  /** Of a real clock; each holds sixty of the limits'. 0 leaves the daemon's time out. */
  readonly minutes: number;
  /** Of each crash test. 0 leaves these out. */
  readonly kills: number;
  readonly seed: number;
}

const TAKES = 'takes [--minutes N] [--kills N] [--seed N]';

/**
 * Reads the words of the command line.
 *
 * @throws UsageError naming what is taken.
 */
export function readFlags(words: readonly string[], seed: number): SoakFlags {
  const { values } = parse(words);
  const flags = {
    minutes: Number(values.minutes),
    kills: Number(values.kills),
    seed: Number(values.seed ?? seed),
  };
  const { minutes, kills } = flags;
  // Fewer than twenty kills may all miss what they are to meet.
  const isTold = minutes >= 0 && Number.isSafeInteger(kills) && (kills === 0 || kills >= 20);
  if (!isTold || !Number.isSafeInteger(flags.seed))
    throw new UsageError(`${TAKES}: minutes from 0, no kills or 20 at least, and a whole seed`);
  return flags;
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        minutes: { type: 'string', default: '10' },
        kills: { type: 'string', default: '100' },
        seed: { type: 'string' },
      },
    });
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message}: ${TAKES}`, { cause });
  }
}
