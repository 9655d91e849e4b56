import type { Holder } from '../../db/lease/lease.ts';
import { type Attention, attentionOf, isDown } from '../../db/status/attention.ts';
import { duration } from '../../format.ts';
import type { Overview } from './overview.ts';

/** How something is, for a colour; the word beside it says the same. */
export type Tone = 'good' | 'busy' | 'idle' | 'warn' | 'bad';

export interface State {
  readonly tone: Tone;
  /** A word or two. */
  readonly word: string;
  readonly sentence: string;
}

/** How the whole is: the worst of what is known. */
export function stateOf(overview: Overview): State {
  const { status, away, role, trouble } = overview;
  if (role === 'stopping')
    return { tone: 'idle', word: 'Stopping', sentence: 'The process was told to end.' };
  if (isEarly(overview)) return roleState(overview);
  if (status === undefined)
    return {
      tone: 'bad',
      word: 'Database away',
      sentence: 'What is shown is what the process itself knows.',
    };
  if (trouble !== undefined)
    return { tone: 'bad', word: 'In trouble', sentence: 'It tries again by itself; see below.' };
  if (away !== undefined) return { tone: 'warn', word: 'Slow database', sentence: away };
  const waiting = attentionOf(status);
  if (waiting.length > 0) {
    const refused = waiting.some(({ kind }) => kind === 'token');
    if (!refused && isDown(status))
      return {
        ...{ tone: 'bad', word: 'Pylon does not answer' },
        sentence: 'Nothing is read and no edit is sent before it does; it is asked again all the time.',
      };
    const sentence = refused ? 'Nothing is read until the token works again.' : 'Everything else goes on.';
    return { tone: toneOf(waiting), word: 'Needs a person', sentence };
  }
  return roleState(overview);
}

/** The database is not ready yet, and nothing says that it should be. */
export function isEarly({ status, role, trouble }: Overview): boolean {
  return status === undefined && role === 'starting' && trouble === undefined;
}

/** Whether it stops something from being read. */
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
      sentence: `${holder === undefined ? 'Another process' : nameOf(holder)} keeps this mirror; this one takes over when that one is gone.`,
    };
  if (!complete) return { tone: 'busy', word: 'Filling', sentence: fillingSentence(status?.plan ?? null) };
  return {
    tone: 'good',
    word: 'Up to date',
    sentence: 'Everything has been read, and changes are followed.',
  };
}

function fillingSentence(plan: NonNullable<Overview['status']>['plan']): string {
  const left = plan?.seconds_left;
  if (left === undefined || left === null) return 'Everything is being read for the first time.';
  return `Everything is being read for the first time: ${plan?.at_least ? 'at least ' : ''}${duration(left)} left.`;
}

/** A process, so that it can be found. */
export function nameOf({ command, pid, host }: Holder): string {
  return `${command} (process ${pid} on ${host})`;
}
