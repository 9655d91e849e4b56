/** A record that a webhook says has changed. */
export interface Hint {
  readonly resource: string;
  readonly id: string;
}

/** Bounds for one body: ids found, and depth of nesting. */
const MOST = 100;
const DEEPEST = 12;

/** What webhooks call objects, in lower case, and the resource of each. */
export type HintNames = Readonly<Record<string, string>>;

/** A field that names records: `issue`, `issues`, `issue_id`, `issue_ids`, `issueId`. */
const fieldOf = (names: HintNames) => new RegExp(`^(${Object.keys(names).join('|')})s?(?:_?ids?)?$`, 'i');

/** Ids that need no escaping in a path; `.` and `..` would change the path. */
const ID = /^(?!\.{1,2}$)[\w.~:-]{1,128}$/;

/**
 * Returns the records that a parsed body names, each once, in the body's order: `{"object":
 * "issue", "id": "…"}`, `{"issue": {"id": "…"}}`, `{"issue_id": "…"}`, alone, nested or in lists. At most a hundred;
 * values that cannot be ids are skipped. Never throws.
 */
export function findHints(body: unknown, names: HintNames): readonly Hint[] {
  const aField = fieldOf(names);
  const resourceOf = (word: string | undefined): string | undefined =>
    word === undefined ? undefined : own(names, word.toLowerCase());
  const found = new Map<string, Hint>();
  const add = (resource: string, id: unknown) => {
    if (typeof id === 'string' && ID.test(id) && found.size < MOST)
      found.set(`${resource} ${id}`, { resource, id });
  };
  const named = (resource: string, value: unknown) => {
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
      const resource = resourceOf(aField.exec(field)?.[1]);
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

const own = <T>(fields: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;
