import type { Attempt } from './observe.ts';
import type { ReachState } from './types.ts';

export interface Reach {
  observe(attempt: Attempt): void;
  state(): ReachState;
}

/** @param now epoch milliseconds; must not go back. */
export function newReach(now: () => number): Reach {
  let answeredAt = Number.NEGATIVE_INFINITY;
  let answers: boolean | undefined;
  let silentSince: number | undefined;
  let last: ReachState['last'];
  let asked = new Set<string>();
  return {
    observe(attempt) {
      // A 429 may be a proxy's, so it does not show whether the API answers.
      if (attempt.outcome === 'limited') return;
      answers = isAnswer(attempt);
      if (answers) {
        answeredAt = now();
        silentSince = last = undefined;
        asked = new Set();
        return;
      }
      silentSince ??= Math.max(answeredAt, now() - attempt.milliseconds);
      last = { endpoint: attempt.endpoint, status: attempt.status };
      asked.add(attempt.endpoint);
    },
    state: () => ({ answers, silentSince, last, asked: new Set(asked) }),
  };
}

/** A refusal by Pylon itself counts as an answer; a 5xx, no answer and a proxy's page do not. */
const isAnswer = ({ outcome, isForeign }: Attempt) =>
  outcome === 'answer' || (outcome === 'refused' && isForeign !== true);
