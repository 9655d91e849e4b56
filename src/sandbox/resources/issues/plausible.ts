import type { Generator } from '../../data/generator.ts';
import { DAY } from '../../data/instants.ts';
import { conversation } from '../../data/plausible/conversation.ts';
import { verdictOf } from '../../data/plausible/office.ts';
import { Dice, mix, salt } from '../../data/random.ts';
import type { Fields } from '../../data/rows.ts';
import type { Course } from './history.ts';

/** The share of issues of an age that are closed; it grows with the age. */
const CLOSED: readonly (readonly [days: number, part: number])[] = [
  [1, 0.2],
  [4, 0.55],
  [14, 0.8],
  [45, 0.94],
  [Number.POSITIVE_INFINITY, 0.99],
];
const OPEN = ['waiting_on_you', 'waiting_on_customer', 'waiting_on_customer', 'on_hold', 'in_review'];

/** The present state of an issue. */
export function stateOf({ seed, start }: Generator, index: number, { created }: Course): string {
  const roll = new Dice(mix(seed, salt('states'), index));
  const age = (start - created) / DAY;
  const [, closed = 0] = CLOSED.find(([days]) => age < days) ?? [];
  if (roll.chance(closed)) return 'closed';
  return age < 1 && roll.chance(0.5) ? 'new' : roll.pick(OPEN);
}

const SOURCES = ['email', 'email', 'email', 'email', 'slack', 'slack', 'slack', 'chat_widget', 'form'];

/** The source of an issue. */
export const sourceOf = ({ seed }: Generator, index: number): string =>
  SOURCES[mix(seed, salt('sources'), index) % SOURCES.length] ?? 'email';

/** The contact who wrote an issue; some write much more than others. */
export function requesterOf({ seed, objects }: Generator, index: number): Fields {
  const contacts = objects('contacts');
  const part = (mix(seed, salt('requesters'), index) / 4_294_967_296) ** 1.7;
  return contacts[Math.floor(part * contacts.length)] ?? {};
}

/** The user who answers an issue. */
export function agentOf({ seed, objects }: Generator, index: number): Fields {
  const working = objects('users').filter((user) => user.is_deactivated !== true);
  return working[mix(seed, salt('agents'), index) % working.length] ?? {};
}

const SCORES = [5, 5, 5, 4, 5, 4, 3, 5, 2, 4, 1];

/** The fields of an issue that follow from its conversation. */
export function plausibleFields(generator: Generator, index: number, state: string): Fields {
  const { seed, objects } = generator;
  const roll = new Dice(mix(seed, salt('plausible'), index));
  const { topic, title, say } = conversation(seed, index);
  const [requester, agent] = [requesterOf(generator, index), agentOf(generator, index)];
  const team = objects('teams').find(({ name }) => name === topic.team);
  const score = roll.pick(SCORES);
  return {
    title,
    body_html: say(0, `${requester.name}`, 'customer'),
    account: requester.account ?? null,
    requester: { id: requester.id, email: requester.email },
    assignee: state === 'new' ? null : { id: agent.id, email: agent.email },
    team: team === undefined ? null : { id: team.id },
    tags: [...topic.tags, ...(roll.chance(0.06) ? ['urgent'] : []), ...(roll.chance(0.05) ? ['vip'] : [])],
    custom_fields: {
      priority: {
        slug: 'priority',
        value: roll.pick(['urgent', 'high', 'high', 'medium', 'medium', 'medium', 'low', 'low']),
      },
      area: { slug: 'area', values: [topic.area] },
      ...(topic.tags.includes('billing')
        ? { order_number: { slug: 'order_number', value: `SO-${100_000 + index}` } }
        : {}),
      affected_seats: { slug: 'affected_seats', value: `${1 + roll.below(40)}` },
      is_regression: { slug: 'is_regression', value: `${topic.tags.includes('bug') && roll.chance(0.3)}` },
      ...(topic.team === 'Escalations'
        ? {
            linear_ticket: {
              slug: 'linear_ticket',
              value: `ENG-${1_000 + index}`,
              interpreted_value: `ENG-${1_000 + index}`,
            },
          }
        : {}),
    },
    csat_responses:
      state === 'closed' && roll.chance(0.35) ? [{ score, comment: verdictOf(score * 2) }] : null,
  };
}
