import { Dice, mix, salt } from '../random.ts';
import { TOPICS, type Topic } from './topics.ts';

const WEIGHTED = TOPICS.flatMap((topic) => Array.from({ length: topic.weight }, () => topic));

/** Who speaks to whom: a customer, an agent to the customer, an agent to colleagues. */
export type Role = 'customer' | 'agent' | 'note';

/** Who writes an issue's messages, one after the other. */
export const TURNS: readonly Role[] = ['customer', 'agent', 'customer', 'note', 'agent', 'customer'];

/** One issue as a story: its title, and its messages. */
export interface Conversation {
  readonly topic: Topic;
  readonly title: string;
  /** Message `k` as HTML, for the one who writes it; the first is the issue's body. */
  say(k: number, author: string, role: Role): string;
}

/** The topic of an issue, of which its title, body, tags and messages are made. */
export function conversation(seed: number, issue: number): Conversation {
  const roll = new Dice(mix(seed, salt('conversations'), issue));
  const topic = roll.pick(WEIGHTED);
  const which = roll.below(topic.subjects.length);
  const title = topic.subjects[which] ?? '';
  const opening = topic.opening[which % topic.opening.length] ?? '';
  const greeting = roll.pick(['Hello', 'Hi', 'Hi team', 'Good morning', 'Dear support']);
  const thanks = roll.pick(['Thanks', 'Thank you', 'Best', 'Kind regards', 'Many thanks']);
  return {
    topic,
    title,
    say: (k, author, role) => {
      const [given = author] = author.split(' ');
      if (role === 'note') return `<p>${topic.note}</p>`;
      if (k === 0) return `<p>${greeting},</p><p>${opening}</p><p>${thanks}<br>${given}</p>`;
      if (role === 'customer') {
        return `<p>${k === 2 ? topic.detail : 'That helped, thank you. You can close this.'}</p><p>${given}</p>`;
      }
      return `<p>${k === 1 ? topic.reply : topic.solution}</p><p>Best regards<br>${given}</p>`;
    },
  };
}
