import { parseArgs } from 'node:util';
import { UsageError } from '../../src/errors.ts';

export interface SoakFlags {
  /** Of a real clock; each holds sixty of the limits'. */
  readonly minutes: number;
  readonly seed: number;
}

const TAKES = 'takes [--minutes N] [--seed N]';

/**
 * Reads the words of the command line.
 *
 * @throws UsageError naming what is taken.
 */
export function readFlags(words: readonly string[], seed: number): SoakFlags {
  const { values } = parse(words);
  const flags = { minutes: Number(values.minutes), seed: Number(values.seed ?? seed) };
  if (!(flags.minutes > 0) || !Number.isSafeInteger(flags.seed))
    throw new UsageError(`${TAKES}, minutes above 0 and a whole seed`);
  return flags;
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } },
    });
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message}: ${TAKES}`, { cause });
  }
}
