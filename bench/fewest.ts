import type { SandboxProcess } from './sandbox.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Served {
  readonly object: Fields;
  /** What only the path of its request says. */
  readonly path: Readonly<Record<string, string>>;
}

/** A workspace as Pylon has it: all objects, by the names of the mirror's tables. */
type Workspace = ReadonlyMap<string, readonly Served[]>;

/** The fewest requests that bring all objects of one table. */
type Rule = (all: (resource: string) => readonly Served[]) => number;

/** Of an endpoint that answers with everything. */
const one: Rule = () => 1;

/** Pages of so many objects; an empty listing takes a request too. */
const pages = (objects: number, most: number) => Math.max(1, Math.ceil(objects / most));

const paged =
  (resource: string, most: number): Rule =>
  (all) =>
    pages(all(resource).length, most);

/** One for each object of another table, whose own listing nothing else tells. */
const each =
  (resource: string, which: (object: Fields) => boolean = () => true): Rule =>
  (all) =>
    all(resource).filter(({ object }) => which(object)).length;

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** The numbers of those that have the same value. */
const sizesBy = (served: readonly Served[], of: (one: Served) => string): readonly number[] => {
  const sizes = new Map<string, number>();
  for (const object of served) sizes.set(of(object), (sizes.get(of(object)) ?? 0) + 1);
  return [...sizes.values()];
};

const WINDOW_MS = 30 * 86_400_000;
const windowOf = ({ object }: Served) =>
  `${Math.floor((Date.now() - Date.parse(`${object.created_at}`)) / WINDOW_MS)}`;

const languagesOf = ({ default_language, supported_languages }: Fields): readonly string[] =>
  (Array.isArray(supported_languages) ? supported_languages : []).filter((one) => one !== default_language);

const milestoneOf = ({ object }: Served) => (object.milestone as { readonly id?: string } | null)?.id;

/**
 * The fewest requests for each table, by what Pylon's API can be asked: how many objects an answer holds, and which objects
 * can be asked for together. Says nothing of how this client asks.
 */
const RULES: Readonly<Record<string, Rule>> = {
  organizations: one,
  users: one,
  user_roles: one,
  teams: one,
  tags: one,
  issue_statuses: one,
  ticket_forms: one,
  activity_types: one,
  knowledge_bases: one,
  macros: one,
  macro_groups: one,
  surveys: one,
  training_data: one,
  // One for each kind of object that has fields: accounts, issues, contacts, tasks, projects, meetings, opportunities.
  custom_fields: () => 7,
  accounts: paged('accounts', 999),
  contacts: paged('contacts', 999),
  tasks: paged('tasks', 999),
  projects: paged('projects', 999),
  audit_logs: paged('audit_logs', 999),
  call_recordings: paged('call_recordings', 999),
  email_suppressions: paged('email_suppressions', 1000),
  // Without a cursor: what one answer does not hold takes more, of which this workspace has no need.
  feature_requests: paged('feature_requests', 999),
  // A search without a filter, or windows of thirty days.
  issues: (all) => Math.min(pages(all('issues').length, 999), sizesBy(all('issues'), windowOf).length),
  issue_messages: (all) =>
    each('issues')(all) +
    sum(
      sizesBy(all('issue_messages'), ({ path }) => path.issue_id ?? '').map((size) => pages(size, 1000) - 1),
    ),
  issue_followers: each('issues'),
  issue_threads: each('issues'),
  voice_calls: each('issues', ({ source }) => source === 'phone'),
  account_relationships: each('accounts'),
  task_comments: each('tasks'),
  // Only what tasks refer to can be found.
  milestones: (all) => new Set(all('tasks').flatMap((task) => milestoneOf(task) ?? [])).size,
  feature_request_evidence: each('feature_requests', ({ evidence_count }) => evidence_count !== 0),
  survey_responses: each('surveys'),
  custom_objects: (all) =>
    sum(sizesBy(all('custom_objects'), ({ object }) => `${object.type}`).map((size) => pages(size, 100))),
  collections: each('knowledge_bases'),
  articles: each('knowledge_bases'),
  article_translations: (all) => sum(all('knowledge_bases').map(({ object }) => languagesOf(object).length)),
};

/**
 * The fewest requests in which everything that a mirror of these tables holds can be asked of a workspace.
 *
 * @throws Error for a table about which no rule of the API is written down.
 */
export async function fewestRequests(
  { url }: Pick<SandboxProcess, 'url'>,
  tables: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const workspace = await readWorkspace(url);
  const all = (resource: string) => workspace.get(resource) ?? [];
  return new Map(
    tables.map((table) => {
      const rule = RULES[table];
      if (rule === undefined) throw new Error(`no rule says how few requests bring ${table}`);
      return [table, rule(all)];
    }),
  );
}

async function readWorkspace(url: string): Promise<Workspace> {
  const response = await fetch(new URL('/__sandbox/world', url));
  const workspace = new Map<string, Served[]>();
  for (const line of (await response.text()).trim().split('\n')) {
    const { resource, ...served } = JSON.parse(line) as Served & { readonly resource: string };
    const known = workspace.get(resource);
    if (known === undefined) workspace.set(resource, [served]);
    else known.push(served);
  }
  return workspace;
}
