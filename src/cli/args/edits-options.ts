import type { Command } from 'commander';
import type { EditFilter } from '../../db/edits/decisions.ts';
import { STATES, type State } from '../../edits/states.ts';
import { UsageError } from '../../errors.ts';
import { addName, wholeOption } from './options.ts';

/** The options that select edits. */
export interface EditFlags {
  readonly state?: readonly State[];
  /** Names of resources. */
  readonly resource?: readonly string[];
  readonly record?: string;
  readonly olderThan?: number;
  readonly txid?: number;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

function addState(text: string, before: readonly State[] = []): readonly State[] {
  const state = STATES.find((known) => known === text);
  if (state === undefined)
    throw new UsageError(`--state ${JSON.stringify(text)}: takes ${STATES.join(', ')}`);
  return before.includes(state) ? before : [...before, state];
}

function age(text: string): number {
  const [, value, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = Number(value) * (SECONDS[unit] ?? Number.NaN);
  if (Number.isNaN(seconds))
    throw new UsageError(`--older-than ${JSON.stringify(text)}: takes an age such as 90s, 30m, 12h or 7d`);
  return seconds;
}

const wholeId = wholeOption('an id', 1, 1e15 - 1);

/** Collects the ids given as arguments. */
export const addId = (text: string, before: readonly number[] = []): readonly number[] => [
  ...before,
  wholeId(text),
];

/** Adds the options that select edits; they are the same for all commands. */
export function addFilters(command: Command): Command {
  return command
    .option('--state <state>', 'only edits in this state (may be repeated)', addState)
    .option('--resource <name>', 'only edits of this resource (may be repeated)', addName)
    .option('--record <id>', 'only edits of this record')
    .option('--older-than <age>', 'only edits made so long ago: 90s, 30m, 12h, 7d', age)
    .option('--txid <number>', 'only edits of this transaction', wholeOption('--txid', 1, 1e15 - 1));
}

export function filterOf(
  { state = [], resource = [], record, olderThan, txid }: EditFlags,
  ids: readonly number[] = [],
): EditFilter {
  return { ids, states: state, resources: resource, record, olderThanSeconds: olderThan, txid };
}

/** @throws UsageError when no id and no option is given: without them a command must not decide about all edits. */
export function chosenBy(flags: EditFlags, ids: readonly number[]): EditFilter {
  const { state, resource, record, olderThan, txid } = flags;
  const isGiven = [state, resource, record, olderThan, txid].some((flag) => flag !== undefined);
  if (ids.length > 0 || isGiven) return filterOf(flags, ids);
  throw new UsageError(
    'takes ids of edits, or which are meant: --state, --resource, --record, --older-than, --txid',
  );
}
