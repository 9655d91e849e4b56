import { ForeignAnswerError, PylonError } from './errors.ts';
import type { Outcome } from './wire/wire.ts';

/** The outcome of one attempt at a request, for counting. */
export interface Attempt {
  /** The route, never an id: `GET /issues/{id}`. */
  readonly endpoint: string;
  /** `limited`: a 429. `failed`: a retry may help. `refused`: a retry cannot help. */
  readonly outcome: Outcome['kind'];
  /** Status of the answer; undefined where none came, or only a part of it. */
  readonly status: number | undefined;
  /** From the start of the attempt to the end of its answer. */
  readonly milliseconds: number;
  /** Set on a refusal that is not Pylon's own: the page of a proxy, or a redirect. */
  readonly isForeign?: true;
}

export function observed(endpoint: string, outcome: Outcome, milliseconds: number): Attempt {
  const isForeign =
    outcome.kind === 'refused' &&
    (outcome.error instanceof ForeignAnswerError ||
      (outcome.error instanceof PylonError && outcome.error.isForeign));
  return {
    ...{ endpoint, outcome: outcome.kind, status: statusOf(outcome), milliseconds },
    ...(isForeign ? { isForeign } : {}),
  };
}

function statusOf(outcome: Outcome): number | undefined {
  switch (outcome.kind) {
    case 'answer':
      return outcome.answer.status;
    case 'refused':
      return outcome.error instanceof PylonError || outcome.error instanceof ForeignAnswerError
        ? outcome.error.status
        : undefined;
    case 'limited':
      return 429;
    case 'failed':
      return outcome.status;
  }
}
