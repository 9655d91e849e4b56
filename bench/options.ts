import { parseArgs } from 'node:util';
import { UsageError } from '../src/errors.ts';

/** What can be measured alone. */
const PARTS = [
  'loads',
  'requests',
  'children',
  'daemon',
  'edits',
  'idle',
  'views',
  'history',
  'memory',
  'large',
] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  /** Issues of each workspace; the first is the one all methods are measured on. */
  readonly sizes: readonly number[];
  /** Whether the command line gave these sizes. */
  readonly isSized: boolean;
  /** How often each load of the first size is measured; the median counts. */
  readonly rounds: number;
  /** Measure this alone. */
  readonly only: Part | undefined;
  /** The folder of another version, with its dependencies, whose listings per parent are measured beside. */
  readonly against: string | undefined;
  /** The folder in which `large` keeps its databases for the next run; default: none are kept. */
  readonly keep: string | undefined;
  /** Minutes for which an idle daemon is watched; undefined: what is usual. */
  readonly minutes: number | undefined;
  /** Whether `RESULTS.md` is written. */
  readonly write: boolean;
}

/** Issues of the workspaces, if the command line does not say how many. */
const SIZES = '20000,200000';

const TAKES = `takes [--issues N[,N]] [--quick] [--only ${PARTS.join('|')}] [--against FOLDER] [--keep FOLDER] [--minutes N] [--write]`;

/**
 * Reads the words of the command line.
 *
 * @throws UsageError naming what is taken.
 */
export function readOptions(words: readonly string[]): BenchOptions {
  const { values } = parse(words);
  const sizes = (values.issues ?? SIZES).split(',').map(Number);
  if (sizes.some((size) => !Number.isSafeInteger(size) || size < 100)) {
    throw new UsageError(`--issues ${values.issues}: ${TAKES}, N from 100`);
  }
  const only = PARTS.find((part) => part === values.only);
  if (values.only !== only) throw new UsageError(`--only ${values.only}: ${TAKES}`);
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
  if (minutes !== undefined && !(minutes > 0)) throw new UsageError(`--minutes ${values.minutes}: ${TAKES}`);
  const { against, keep, write } = values;
  return {
    ...{ sizes, isSized: values.issues !== undefined, rounds: values.quick ? 1 : 3 },
    ...{ only, against, keep, minutes, write },
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        against: { type: 'string' },
        issues: { type: 'string' },
        keep: { type: 'string' },
        only: { type: 'string' },
        minutes: { type: 'string' },
        quick: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
      },
    });
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message}: ${TAKES}`, { cause });
  }
}
