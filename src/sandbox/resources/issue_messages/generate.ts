import type { Generator } from '../../data/generator.ts';
import { instant } from '../../data/instants.ts';
import { Dice, ids, mix, salt } from '../../data/random.ts';
import type { Fields, Row } from '../../data/rows.ts';
import { html, NASTY } from '../../data/words.ts';
import { threadKey } from '../issue_threads/new.ts';
import type { Course } from '../issues/history.ts';

/** Room for the messages of one issue in the numbers that ids are made of. */
const ROOM = 2_048;

/** The index of the issue a message id was made for. */
export function issueOfMessage(seed: number, key: string): number | undefined {
  const index = ids(seed, 'issue_messages').indexOf(key);
  return index === undefined ? undefined : Math.floor(index / ROOM);
}

/** An issue's messages, oldest first: from a contact, replies, and an internal note now and then. */
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

function message({ seed, traps, objects }: Generator, { issue, issueId, k, key, time }: Turn): Fields {
  const roll = new Dice(mix(seed, salt('messages'), issue, k));
  const note = k % 4 === 3;
  const user = note || k % 2 === 1 ? roll.pick(objects('users')) : undefined;
  const author = user ?? roll.pick(objects('contacts'));
  const email = issue % 2 === 0 && !note;
  const nasty =
    traps && issue % 40 === 3 && k === 0 ? `<p>${NASTY[((issue / 40) % NASTY.length) | 0]}</p>` : '';
  return {
    id: key,
    message_html: nasty + html(roll, 1 + roll.below(2)),
    timestamp: instant(time),
    source: email ? 'email' : 'slack',
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
            cc_emails: k === 0 ? ['cc@customer.example'] : [],
            bcc_emails: [],
          },
        }
      : {}),
    file_urls: k === 0 && issue % 5 === 0 ? [`https://files.example/messages/${issue}/log.txt`] : [],
  };
}
