import { familyTable } from '../../data/family-table.ts';
import { generatedTable } from '../../data/generated-table.ts';
import { type Ids, ids } from '../../data/random.ts';
import type { Facts, Fields, Row, Table } from '../../data/rows.ts';
import { followers, followersOf, issueOfThread, threads, threadsOf } from '../../made/around-issues.ts';
import type { Settings } from '../../options.ts';
import type { Tables } from '../index.ts';
import { issueOfMessage, messages } from '../issue_messages/generate.ts';
import { type IssueMaker, issueMaker } from './fields.ts';
import { type Course, course, creationTimes, messagesOf } from './history.ts';

/** Issues and what hangs on them are made when they are asked for: any number starts at once. */
export function madeIssues(
  settings: Settings,
  start: number,
  around: {
    users: readonly Fields[];
    accounts: readonly Fields[];
    contacts: readonly Fields[];
    teams: readonly Fields[];
  },
): Pick<Tables, 'issues' | 'issue_messages' | 'issue_followers' | 'issue_threads'> {
  const { seed, traps, issues: count } = settings;
  const times = creationTimes(settings, start);
  const id = ids(seed, 'issues');
  const make = issueMaker({ seed, traps, issues: count, ...around });
  const courseOf = (index: number): Course => course(seed, index, times[index] ?? start, start);

  const issues = generatedTable({
    times,
    indexOf: id.indexOf,
    make: (index) => new IssueRow(index, id.of(index), courseOf(index), make),
  });
  const hanging = (makeRows: MakeRows, sizeOf: (index: number) => number, ownerOf: IndexOf): Table =>
    issueFamily({ issues, count, id, makeRows, sizeOf, ownerOf });
  return {
    issues,
    issue_messages: hanging(
      (index, key) => messages({ seed, traps, ...around }, index, key, courseOf(index)),
      (index) => messagesOf(seed, index),
      (key) => issueOfMessage(seed, key),
    ),
    issue_followers: hanging(
      (index, key) => followers(seed, index, key, around.users, around.contacts),
      (index) => followersOf(seed, index),
      (key) => id.indexOf(key.split(':')[0] ?? ''),
    ),
    issue_threads: hanging(
      (index, key) => threads(seed, index, key),
      (index) => threadsOf(seed, index),
      (key) => issueOfThread(seed, key),
    ),
  };
}

type IndexOf = (key: string) => number | undefined;
type MakeRows = (index: number, key: string) => readonly Row[];

interface IssueFamily {
  readonly issues: Table;
  /** How many issues are made up. */
  readonly count: number;
  readonly id: Ids;
  readonly makeRows: MakeRows;
  readonly sizeOf: (index: number) => number;
  /** The issue that a made-up key says it belongs to. */
  readonly ownerOf: IndexOf;
}

/** What hangs on made-up issues; one written later begins with nothing. */
function issueFamily({ issues, count, id, makeRows, sizeOf, ownerOf }: IssueFamily): Table {
  const made = (index: number | undefined) => (index !== undefined && index < count ? index : undefined);
  return familyTable({
    parent: 'issue_id',
    *parents() {
      for (const { key } of issues.newest()) yield key;
    },
    has: (parent) => issues.get(parent) !== undefined,
    make: (parent) => {
      const index = made(id.indexOf(parent));
      return index === undefined ? [] : makeRows(index, parent);
    },
    sizeOf: (parent) => {
      const index = made(id.indexOf(parent));
      return index === undefined ? 0 : sizeOf(index);
    },
    parentOf: (key) => {
      const index = made(ownerOf(key));
      return index === undefined ? undefined : id.of(index);
    },
  });
}

const NOWHERE: Facts = {};

/** The issue itself is made when it is first asked for. A class, because it is made by the million. */
class IssueRow implements Row {
  readonly key: string;
  readonly created: number;
  readonly path: Facts = NOWHERE;
  readonly raw = false;
  readonly #index: number;
  readonly #course: Course;
  readonly #make: IssueMaker;
  #made: Fields | undefined;

  constructor(index: number, key: string, course: Course, make: IssueMaker) {
    this.key = key;
    this.created = course.created;
    this.#index = index;
    this.#course = course;
    this.#make = make;
  }

  get object(): Fields {
    this.#made ??= this.#make(this.#index, this.#course);
    return this.#made;
  }

  peek(field: string): number | undefined {
    if (field === 'created_at') return Math.floor(this.created / 1_000) * 1_000;
    if (field === 'updated_at') return this.#course.updated;
    return field === 'latest_message_time' && this.#course.messages > 0 ? this.#course.latest : undefined;
  }
}
