import { Dice } from '../../src/sandbox/data/random.ts';
import type { Fault, Faults } from '../../src/sandbox/server/faults.ts';

type Storm = Omit<Fault, 'endpoint' | 'times'>;

const STORMS: readonly Storm[] = [
  { kind: '429', retryAfter: 1 },
  { kind: '429', header: 'none' },
  { kind: '500' },
  { kind: 'html' },
  { kind: 'html', status: 503 },
  { kind: 'reset' },
  { kind: 'truncate' },
  { kind: 'slow', delayMs: 700 },
  { kind: 'no-data' },
  { kind: 'repeat-cursor' },
];

const ENDPOINTS = [
  'POST /issues/search',
  'GET /issues',
  'GET /issues/{id}/messages',
  'GET /issues/{id}',
  'GET /accounts',
  'GET /contacts',
  'GET /contacts/{id}',
  'GET /tasks',
];

/** Weather at random: the same for the same seed. */
export interface Storms {
  /** Begins one; how long it lasts, milliseconds. */
  begin(): number;
  /** Ends it; how long it stays calm. */
  end(): number;
  readonly count: number;
}

export function newStorms(faults: Faults, seed: number): Storms {
  const dice = new Dice(seed);
  let count = 0;
  return {
    begin() {
      count += 1;
      const endpoint = dice.chance(0.4) ? '*' : dice.pick(ENDPOINTS);
      faults.add({ endpoint, ...dice.pick(STORMS), times: 1_000_000 });
      return 500 + dice.below(3_500);
    },
    end() {
      faults.clear();
      return 2_000 + dice.below(10_000);
    },
    get count() {
      return count;
    },
  };
}
