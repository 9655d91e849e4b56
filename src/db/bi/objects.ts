import { getTableColumns } from 'drizzle-orm';
import { columnComments, commentOf } from '../../resources/comments.ts';
import type { Resource } from '../../resources/define.ts';
import { identifier, tableOf } from '../capture/names.ts';
import { isOpen } from './ended.ts';
import { column, type View, type ViewColumn } from './view.ts';

/** Columns that hold another object's id, and that object's table, whatever table they are in. */
export const TARGETS: Readonly<Record<string, string>> = {
  account_id: 'accounts',
  actor_contact_id: 'contacts',
  actor_user_id: 'users',
  article_id: 'articles',
  assignee_contact_id: 'contacts',
  assignee_id: 'users',
  assignee_user_id: 'users',
  author_contact_id: 'contacts',
  author_user_id: 'users',
  collection_id: 'collections',
  contact_id: 'contacts',
  issue_id: 'issues',
  knowledge_base_id: 'knowledge_bases',
  macro_group_id: 'macro_groups',
  milestone_id: 'milestones',
  owner_id: 'users',
  parent_collection_id: 'collections',
  parent_issue_id: 'issues',
  parent_task_id: 'tasks',
  project_id: 'projects',
  requester_id: 'contacts',
  role_id: 'user_roles',
  survey_id: 'surveys',
  task_id: 'tasks',
  team_id: 'teams',
  user_id: 'users',
};

/** What objects of a table are called by. */
const TITLED = new Set(['articles', 'collections', 'issues', 'knowledge_bases', 'macro_groups', 'tasks']);

/** Plain text of HTML. */
const plain = (html: string): string => `pylon_bi.plain_text(${html})`;

interface Extra {
  /** Views are called as their table, but for these. */
  readonly name?: string;
  readonly comment?: string;
  /** Kind of object, by which its custom fields are known. */
  readonly fieldsOf?: string;
  /** Further columns, after the table's own. */
  readonly columns?: Readonly<Record<string, ViewColumn>>;
  /** What these are taken from besides. */
  readonly joins?: string;
}

const STATUS =
  "coalesce(status.category, CASE WHEN r.state IN ('new', 'waiting_on_you', 'waiting_on_customer', 'on_hold', 'closed') THEN r.state END)";

const EXTRAS: Readonly<Record<string, Extra>> = {
  issues: {
    fieldsOf: 'issue',
    joins: 'LEFT JOIN pylon.issue_statuses AS status ON status.id = r.state',
    columns: {
      // In their places among the table's own: where none came with the issue, the person's.
      requester_email: column(
        'coalesce(r.requester_email, of_requester.email)',
        'E-mail address of who asked.',
      ),
      assignee_email: column(
        'coalesce(r.assignee_email, of_assignee.email)',
        'E-mail address of who works on it.',
      ),
      state_label: column('coalesce(status.label, r.state)', 'The state as people see it called.'),
      state_category: column(
        STATUS,
        'What the state counts as: new, waiting_on_you, waiting_on_customer, on_hold or closed.',
      ),
      is_closed: column(`coalesce(${STATUS} = 'closed', false)`, 'Whether it is closed.'),
      is_open: column(`(${isOpen('r')})`, 'Whether it is neither resolved nor closed.'),
      priority: column("r.custom_fields ->> 'priority'", 'Its priority: urgent, high, medium or low.'),
      body_text: column(plain('r.body_html'), 'The first message, as plain text.'),
    },
  },
  accounts: { fieldsOf: 'account' },
  contacts: { fieldsOf: 'contact' },
  tasks: {
    fieldsOf: 'task',
    columns: {
      is_completed: column("coalesce(r.status = 'completed', false)", 'Whether it is done.'),
      is_overdue: column(
        "coalesce(r.due_date < now() AND r.status IS DISTINCT FROM 'completed', false)",
        'Whether it is not done although it was due.',
      ),
      body_text: column(plain('r.body_html'), 'The text, as plain text.'),
    },
  },
  projects: {
    fieldsOf: 'project',
    columns: { description_text: column(plain('r.description_html'), 'What it is, as plain text.') },
  },
  issue_messages: {
    name: 'messages',
    columns: {
      author_kind: column(
        "CASE WHEN r.author_user_id IS NOT NULL THEN 'user' WHEN r.author_contact_id IS NOT NULL THEN 'contact' ELSE 'unknown' END",
        'Who wrote it: user (your side), contact (the customer) or unknown (integrations, for one).',
      ),
      account_id: column('issue.account_id', 'The account of the issue: accounts.id.'),
      message_text: column(plain('r.message_html'), 'What was written, as plain text.'),
    },
    joins: 'LEFT JOIN pylon.issues AS issue ON issue.id = r.issue_id',
  },
  task_comments: { columns: { body_text: column(plain('r.body_html'), 'The text, as plain text.') } },
};

/**
 * The view of a resource: live rows, their own columns with the names of what they refer to, then what is made of
 * them. Names of what is gone from Pylon are shown as long as they are kept.
 */
export function objectView(resource: Resource): View {
  const extra = EXTRAS[resource.name] ?? {};
  const said = columnComments(resource);
  const own = Object.keys(getTableColumns(resource.table)).filter((name) => !name.startsWith('_'));
  const columns: Record<string, ViewColumn> = {};
  const joins: string[] = [];
  for (const name of own) {
    columns[name] = column(`r.${identifier(name)}`, said[name] ?? '');
    const target = TARGETS[name];
    if (target === undefined) continue;
    const stem = name.replace(/_id$/, '');
    const called = TITLED.has(target) ? 'title' : 'name';
    const shown = `${stem}_${called}`;
    const alias = identifier(`of_${stem}`);
    joins.push(`LEFT JOIN ${tableOf(target)} AS ${alias} ON ${alias}.id = r.${identifier(name)}`);
    // A message's author has a name of its own.
    if (!own.includes(shown))
      columns[shown] = column(
        `${alias}.${called}`,
        `${called === 'title' ? 'Title' : 'Name'} of that one: ${target}.${called}.`,
      );
    if (target === 'issues')
      columns[`${stem}_number`] ??= column(`${alias}.number`, 'Number of that issue, as people see it.');
  }
  columns.synced_at = column('r._synced_at', said._synced_at ?? '');
  return {
    name: extra.name ?? resource.name,
    comment: extra.comment ?? commentOf(resource),
    columns: { ...columns, ...extra.columns },
    from: `FROM ${tableOf(resource.name)} AS r ${[...joins, extra.joins ?? ''].join(' ')} WHERE r._deleted_at IS NULL`,
    ...(extra.fieldsOf === undefined ? {} : { fieldsOf: extra.fieldsOf }),
  };
}

/** A list in a column of a row, as a view of its elements. */
export interface JoinView extends Pick<View, 'name' | 'comment' | 'columns'> {
  readonly table: string;
  /** What each element is taken from: a function that makes rows, with its alias. */
  readonly each: string;
  readonly joins?: string;
  /** What more is asked of a row, that an index has. */
  readonly where?: string;
}

export const joinView = ({
  name,
  comment,
  columns,
  table,
  each,
  joins = '',
  where = 'true',
}: JoinView): View => ({
  ...{ name, comment, columns },
  from: `FROM ${tableOf(table)} AS r CROSS JOIN LATERAL ${each} ${joins} WHERE r._deleted_at IS NULL AND ${where}`,
});
