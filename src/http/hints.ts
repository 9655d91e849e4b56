/** A record that a webhook says has changed. */
export interface Hint {
  readonly resource: 'issues' | 'accounts' | 'contacts';
  readonly id: string;
}

/** Bounds for one body: ids found, and depth of nesting. */
const MOST = 100;
const DEEPEST = 12;

const RESOURCES: Readonly<Record<string, Hint['resource']>> = {
  issue: 'issues',
  account: 'accounts',
  contact: 'contacts',
};

/** A field that names records: `issue`, `issues`, `issue_id`, `issue_ids`, `issueId`. */
const FIELD = /^(issue|account|contact)s?(?:_?ids?)?$/i;

/** Ids that need no escaping in a path; `.` and `..` would change the path. */
const ID = /^(?!\.{1,2}$)[\w.~:-]{1,128}$/;

/**
 * Returns the issues, accounts and contacts that a parsed body names, each once, in the body's order: `{"object":
 * "issue", "id": "…"}`, `{"issue": {"id": "…"}}`, `{"issue_id": "…"}`, alone, nested or in lists. At most a hundred;
 * values that cannot be ids are skipped. Never throws.
 */
export function findHints(body: unknown): readonly Hint[] {
  const found = new Map<string, Hint>();
  const add = (resource: Hint['resource'], id: unknown) => {
    if (typeof id === 'string' && ID.test(id) && found.size < MOST)
      found.set(`${resource} ${id}`, { resource, id });
  };
  const named = (resource: Hint['resource'], value: unknown) => {
    for (const one of Array.isArray(value) ? value : [value]) {
      add(resource, isObject(one) ? own(one, 'id') : one);
    }
  };
  const walk = (value: unknown, depth: number) => {
    if (depth > DEEPEST || found.size >= MOST || typeof value !== 'object' || value === null) return;
    if (isObject(value)) {
      const object = own(value, 'object');
      const resource = typeof object === 'string' ? resourceOf(object) : undefined;
      if (resource !== undefined) add(resource, own(value, 'id'));
    }
    for (const [field, inner] of Object.entries(value)) {
      const resource = resourceOf(FIELD.exec(field)?.[1]);
      if (resource !== undefined) named(resource, inner);
      walk(inner, depth + 1);
    }
  };
  walk(body, 0);
  return [...found.values()];
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const own = (fields: Fields, name: string): unknown =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;

function resourceOf(word: string | undefined): Hint['resource'] | undefined {
  const name = word?.toLowerCase();
  return name !== undefined && Object.hasOwn(RESOURCES, name) ? RESOURCES[name] : undefined;
}
