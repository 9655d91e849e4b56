import type { Generator } from '../../data/generator.ts';
import { instant } from '../../data/instants.ts';
import { Dice, ids, mix, salt } from '../../data/random.ts';
import type { Fields } from '../../data/rows.ts';
import { html, NASTY, sentence, subsets } from '../../data/words.ts';
import { STATES } from '../issue_statuses.ts';
import { ISSUE_TAGS } from '../tags.ts';
import { type Course, cameByPhone } from './history.ts';
import { plausibleFields, sourceOf, stateOf } from './plausible.ts';

/** What issues refer to. */
interface IssueWorld {
  readonly accounts: readonly Fields[];
  readonly contacts: readonly Fields[];
  readonly users: readonly Fields[];
  readonly teams: readonly Fields[];
}

export type IssueMaker = (index: number, course: Course) => Fields;

const SALT = salt('issues');
const TAGS = subsets(ISSUE_TAGS);
const SOURCES = ['slack', 'email', 'chat_widget', 'microsoft_teams', 'manual', 'form', 'discord', 'sms'];
const NINTHS = ['urgent', 'high', 'medium', 'medium', 'medium', 'low', 'low', 'low', 'low'];

const reference = (object: Fields | undefined, field: string) =>
  object === undefined ? null : { id: object.id, [field]: object[field] };

/** Generates issues with every field that Pylon documents, about 2.3 kB each. */
export function issueMaker(generator: Generator): IssueMaker {
  const { seed, traps, settings, objects } = generator;
  const { issues } = settings;
  const world: IssueWorld = {
    accounts: objects('accounts'),
    contacts: objects('contacts'),
    users: objects('users'),
    teams: objects('teams'),
  };
  const id = ids(seed, 'issues');
  const gone = ids(seed, 'gone');

  return (index, course) => {
    const roll = new Dice(mix(seed, SALT, index));
    const state = traps
      ? index % 3 === 0
        ? 'closed'
        : roll.pick(STATES)
      : stateOf(generator, index, course);
    const closed = state === 'closed';
    const first = course.messages > 1 ? course.created + course.gap : undefined;
    const written = traps ? roll.pick(SOURCES) : sourceOf(generator, index);
    const source = cameByPhone(index) ? 'phone' : written;
    const seconds = (from: number, to: number) => Math.floor((to - from) / 1_000);
    const open = seconds(course.created, course.updated);
    const nasty =
      traps && index % (index < 200 ? 20 : 500) === 3
        ? NASTY[Math.floor(index / 20) % NASTY.length]
        : undefined;
    const account =
      traps && index % 60 === 59
        ? { id: gone.of(index), external_ids: null }
        : reference(index % 17 === 16 ? undefined : roll.pick(world.accounts), 'external_ids');
    const unset = traps && index % 2 === 1 ? undefined : null;

    return {
      id: id.of(index),
      number: index + 1,
      title: nasty ?? sentence(roll),
      link: `https://app.pylon.example/issues?issueNumber=${index + 1}`,
      body_html: body(roll, index, nasty, traps),
      state,
      type: index % 4 === 0 ? 'ticket' : 'conversation',
      source,
      account,
      requester: reference(index % 13 === 12 ? undefined : roll.pick(world.contacts), 'email'),
      assignee: reference(index % 5 === 4 ? undefined : roll.pick(world.users), 'email'),
      team: index % 6 === 5 ? null : { id: roll.pick(world.teams).id },
      tags: index % 10 === 9 ? unset : roll.pick(TAGS),
      custom_fields: customFields(roll, index, nasty, traps),
      created_at: instant(course.created),
      updated_at: instant(course.updated),
      latest_message_time: course.messages === 0 ? unset : instant(course.latest),
      first_response_time: first === undefined ? unset : instant(first),
      first_response_seconds: first === undefined ? unset : seconds(course.created, first),
      business_hours_first_response_seconds:
        first === undefined ? unset : Math.floor(seconds(course.created, first) / 3),
      first_response_breach_time: index % 8 === 0 && !closed ? instant(course.created + 14_400_000) : unset,
      resolution_time: closed ? instant(course.updated) : unset,
      resolution_seconds: closed ? open : unset,
      business_hours_resolution_seconds: closed ? Math.floor(open / 3) : unset,
      resolution_breach_time: index % 8 === 0 && !closed ? instant(course.created + 172_800_000) : unset,
      snoozed_until_time: snooze(index, state, course, traps) ?? unset,
      customer_portal_visible: index % 2 === 0,
      author_unverified: index % 25 === 24,
      number_of_touches: course.messages,
      time_in_status_seconds: closed
        ? { new: open }
        : { new: Math.floor(open / 2), [state]: Math.ceil(open / 2) },
      business_hours_time_in_status_seconds: { [state]: Math.floor(open / 3) },
      active_time_seconds: 60 * (index % 90),
      business_hours_active_time_seconds: 30 * (index % 90),
      active_time_by_user:
        index % 3 === 1
          ? [
              {
                user_id: roll.pick(world.users).id,
                active_time_seconds: 60 * (index % 90),
                business_hours_active_time_seconds: 30 * (index % 90),
              },
            ]
          : [],
      team_slas: index % 11 === 0 ? [slas(world, roll, course)] : [],
      csat_responses:
        closed && index % 4 === 3 ? [{ score: 1 + (index % 5), comment: sentence(roll) }] : unset,
      external_issues:
        index % 7 === 0
          ? [
              {
                external_id: `${10_000 + index}`,
                source: 'jira',
                link: `https://jira.example/browse/ENG-${index}`,
              },
            ]
          : [],
      parent_issue_group: index % 30 === 11 ? { id: id.of(index - 1), number: index } : null,
      child_issues:
        index % 30 === 10 && index + 1 < issues ? [{ id: id.of(index + 1), number: index + 2 }] : [],
      attachment_urls: index % 4 === 2 ? [`https://files.example/issues/${index}/screenshot.png`] : [],
      slack:
        source === 'slack'
          ? {
              channel_id: `C${100_000 + (index % 40)}`,
              message_ts: `${open}.000${index % 10}00`,
              workspace_id: 'T024BE7LD',
            }
          : null,
      chat_widget_info:
        source === 'chat_widget' ? { page_url: `https://www.example/pricing?step=${index % 4}` } : unset,
      ...(traps
        ? { sentiment: { label: 'neutral', score: (index % 21) / 10 - 1 } }
        : plausibleFields(generator, index, state)),
    };
  };
}

/** A few bodies have 300 kB. */
function body(roll: Dice, index: number, nasty: string | undefined, traps: boolean): string {
  const text = html(roll, 2 + roll.below(3));
  if (nasty !== undefined) return `<p>${nasty}</p>${text}`;
  return traps && index % 5_000 === 7 ? text.repeat(Math.ceil(300_000 / text.length)) : text;
}

function customFields(roll: Dice, index: number, nasty: string | undefined, traps: boolean): Fields {
  const priority = roll.pick(NINTHS);
  return {
    priority: { slug: 'priority', value: priority, ...(traps ? { interpreted_value: priority } : {}) },
    ...(index % 3 === 0 ? { area: { slug: 'area', values: ['backend', 'security'] } } : {}),
    order_number: { slug: 'order_number', value: nasty ?? `SO-${100_000 + index}` },
    affected_seats: { slug: 'affected_seats', value: `${roll.below(500)}` },
    is_regression: { slug: 'is_regression', value: `${index % 9 === 0}` },
    ...(index % 7 === 0
      ? { linear_ticket: { slug: 'linear_ticket', value: `ENG-${index}`, interpreted_value: `ENG-${index}` } }
      : {}),
  };
}

function snooze(index: number, state: string, course: Course, traps: boolean): string | undefined {
  if (traps && index % 90 === 21) return '9999-12-31T23:59:59Z';
  if (traps && index % 90 === 22) return '0001-01-01T00:00:00Z';
  return state === 'on_hold' ? instant(course.updated + 604_800_000) : undefined;
}

function slas(world: IssueWorld, roll: Dice, course: Course): Fields {
  return {
    team_id: roll.pick(world.teams).id,
    first_response: {
      seconds: course.gap / 1_000,
      business_hours_seconds: Math.floor(course.gap / 3_000),
      time: instant(course.created + course.gap),
      breach_time: null,
    },
    resolution: {
      seconds: null,
      business_hours_seconds: null,
      time: null,
      breach_time: instant(course.created + 259_200_000),
    },
  };
}
