import type { Ended } from '../../db/settle/end.ts';
import type { State } from '../../edits/states.ts';
import type { Context } from '../pass/context.ts';

/** What a person has to look at is a warning. */
const PERSON: readonly State[] = ['failed', 'conflict'];

/** Leaves one line in the log for each edit that has ended, and for each that a person has to decide about. */
export function logEnded({ log }: Pick<Context, 'log'>, ended: readonly Ended[]): void {
  for (const edit of ended)
    log[PERSON.includes(edit.state) ? 'warn' : 'info'](
      edit,
      edit.state === 'conflict' ? 'edit waits for a person' : 'edit ended',
    );
}
