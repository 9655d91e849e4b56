import type { Generator } from '../../data/generator.ts';
import { instant } from '../../data/instants.ts';
import { conversation, TURNS } from '../../data/plausible/conversation.ts';
import { Dice, ids, mix, salt } from '../../data/random.ts';
import type { Fields, Row } from '../../data/rows.ts';
import { html, NASTY } from '../../data/words.ts';
import { threadKey } from '../issue_threads/new.ts';
import type { Course } from '../issues/history.ts';
import { agentOf, requesterOf, sourceOf } from '../issues/plausible.ts';

/** How many numbers each issue reserves for the ids of its messages. */
const ROOM = 2_048;

/** The index of the issue that a message id belongs to. */
export function issueOfMessage(seed: number, key: string): number | undefined {
  const index = ids(seed, 'issue_messages').indexOf(key);
  return index === undefined ? undefined : Math.floor(index / ROOM);
}

/** An issue's messages, oldest first: the contact's, replies, and sometimes an internal note. */
export function messages(generator: Generator, issue: number, issueId: string, course: Course): Row[] {
  const id = ids(generator.seed, 'issue_messages');
  const from = Math.floor(course.created / 1_000) * 1_000;
  return Array.from({ length: course.messages }, (_, k) => {
    const time = from + k * course.gap;
    const key = id.of(issue * ROOM + k);
    const object = message(generator, { issue, k, key, time, issueId });
    return { key, created: time + Math.min(k, 999), path: { issue_id: issueId }, raw: false, object };
  });
}

interface Turn {
  readonly issue: number;
  readonly issueId: string;
  readonly k: number;
  readonly key: string;
  readonly time: number;
}

function message(generator: Generator, { issue, issueId, k, key, time }: Turn): Fields {
  const { seed, traps } = generator;
  const { note, user, author, text, source } = traps
    ? trapped(generator, issue, k)
    : plausible(generator, issue, k);
  const email = source === 'email';
  return {
    id: key,
    message_html: text,
    timestamp: instant(time),
    source,
    is_private: note,
    thread_id: note ? threadKey(seed, issue) : null,
    author: {
      name: author.name,
      avatar_url: author.avatar_url,
      ...(user === undefined
        ? { contact: { id: author.id, email: author.email } }
        : { user: { id: author.id, email: author.email } }),
    },
    ...(email
      ? {
          email_info: {
            message_id: `<${issueId}.${k}@mail.example>`,
            from_email: `${author.email}`,
            to_emails: ['support@support.example'],
            cc_emails: traps && k === 0 ? ['cc@customer.example'] : [],
            bcc_emails: [],
          },
        }
      : {}),
    file_urls: k === 0 && issue % 5 === 0 ? [`https://files.example/messages/${issue}/log.txt`] : [],
  };
}

interface Said {
  readonly note: boolean;
  /** The author, if that is a user. */
  readonly user: Fields | undefined;
  readonly author: Fields;
  readonly text: string;
  readonly source: string;
}

function trapped({ seed, objects }: Generator, issue: number, k: number): Said {
  const roll = new Dice(mix(seed, salt('messages'), issue, k));
  const note = k % 4 === 3;
  const user = note || k % 2 === 1 ? roll.pick(objects('users')) : undefined;
  const author = user ?? roll.pick(objects('contacts'));
  const nasty = issue % 40 === 3 && k === 0 ? `<p>${NASTY[((issue / 40) % NASTY.length) | 0]}</p>` : '';
  const source = issue % 2 === 0 && !note ? 'email' : 'slack';
  return { note, user, author, source, text: nasty + html(roll, 1 + roll.below(2)) };
}

/** The requester and the agent of the issue, alternately. */
function plausible(generator: Generator, issue: number, k: number): Said {
  const role = TURNS[k] ?? 'agent';
  const user = role === 'customer' ? undefined : agentOf(generator, issue);
  const author = user ?? requesterOf(generator, issue);
  const text = conversation(generator.seed, issue).say(k, `${author.name}`, role);
  const note = role === 'note';
  return { note, user, author, text, source: note ? 'manual' : sourceOf(generator, issue) };
}
