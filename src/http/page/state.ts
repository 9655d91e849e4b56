import type { Holder } from '../../db/lease/lease.ts';
import { type Attention, attentionOf, isDown } from '../../db/status/attention.ts';
import { duration } from '../../format.ts';
import type { Overview } from './overview.ts';

/** The kind of a state, shown as a colour; a word beside the colour says the same. */
export type Tone = 'good' | 'busy' | 'idle' | 'warn' | 'bad';

export interface State {
  readonly tone: Tone;
  /** A word or two. */
  readonly word: string;
  readonly sentence: string;
}

/** The state of the whole: the worst of what is known. */
export function stateOf(overview: Overview): State {
  const { status, away, role, trouble } = overview;
  if (role === 'stopping')
    return { tone: 'idle', word: 'Stopping', sentence: 'The process has been asked to stop.' };
  if (isEarly(overview)) return roleState(overview);
  if (status === undefined)
    return {
      tone: 'bad',
      word: 'Database away',
      sentence: 'The page shows only what this process knows itself.',
    };
  if (trouble !== undefined)
    return { tone: 'bad', word: 'In trouble', sentence: 'The process retries by itself; see below.' };
  if (away !== undefined) return { tone: 'warn', word: 'Slow database', sentence: away };
  const waiting = attentionOf(status);
  if (waiting.length > 0) {
    const refused = waiting.some(({ kind }) => kind === 'token');
    if (!refused && isDown(status))
      return {
        ...{ tone: 'bad', word: 'Pylon does not answer' },
        sentence: 'Until it does, nothing is read and no edit is sent; the process keeps retrying.',
      };
    const sentence = refused ? 'Nothing is read until the token works again.' : 'Everything else continues.';
    return { tone: toneOf(waiting), word: 'Needs a person', sentence };
  }
  return roleState(overview);
}

/** Whether the process is still starting and has not failed: the database is not ready yet. */
export function isEarly({ status, role, trouble }: Overview): boolean {
  return status === undefined && role === 'starting' && trouble === undefined;
}

/** Whether it keeps something from being read. */
export const isGrave = (kind: Attention['kind']): boolean => ['token', 'pylon', 'failing'].includes(kind);

function toneOf(waiting: readonly Attention[]): Tone {
  return waiting.some(({ kind }) => isGrave(kind)) ? 'bad' : 'warn';
}

function roleState({ role, holder, complete, status }: Overview): State {
  if (role === 'starting')
    return { tone: 'busy', word: 'Starting', sentence: 'The process is getting its database ready.' };
  if (role === 'standby')
    return {
      tone: 'idle',
      word: 'Standing by',
      sentence: `${holder === undefined ? 'Another process' : nameOf(holder)} keeps this mirror; this process takes over when that one ends.`,
    };
  if (!complete) return { tone: 'busy', word: 'Filling', sentence: fillingSentence(status?.plan ?? null) };
  return {
    tone: 'good',
    word: 'Up to date',
    sentence: 'Everything has been read, and changes are being pulled.',
  };
}

function fillingSentence(plan: NonNullable<Overview['status']>['plan']): string {
  const left = plan?.seconds_left;
  if (left === undefined || left === null) return 'Everything is being read for the first time.';
  return `Everything is being read for the first time: ${plan?.at_least ? 'at least ' : ''}${duration(left)} left.`;
}

/** A process's name on the page, enough to find it. */
export function nameOf({ command, pid, host }: Holder): string {
  return `${command} (process ${pid} on ${host})`;
}
