import { PylonError } from './errors.ts';
import type { Outcome } from './wire/wire.ts';

/** What one attempt at a request came to, for whoever counts them. */
export interface Attempt {
  /** The route, never an id: `GET /issues/{id}`. */
  readonly endpoint: string;
  /** `limited` by a 429; `failed` where trying again may help, `refused` where it cannot. */
  readonly outcome: Outcome['kind'];
  /** Of the answer that decided; undefined where none came, or none that was whole. */
  readonly status: number | undefined;
  /** From its start to the end of its answer. */
  readonly milliseconds: number;
  /** Of a refusal: whether it is not in Pylon's words but the page of a proxy, or leads elsewhere. */
  readonly isForeign?: true;
}

export function observed(endpoint: string, outcome: Outcome, milliseconds: number): Attempt {
  const isForeign =
    outcome.kind === 'refused' && outcome.error instanceof PylonError && outcome.error.isForeign;
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
      return outcome.error instanceof PylonError ? outcome.error.status : undefined;
    case 'limited':
      return 429;
    case 'failed':
      return outcome.status;
  }
}
