import { instant } from './data/instants.ts';
import type { Facts, Fields, Row, Table } from './data/rows.ts';
import type { State } from './data/state.ts';
import { mergeAccounts } from './resources/accounts/merge.ts';

/** An object as it is served, and what only the path of its request contains. */
export interface Served {
  readonly object: Fields;
  readonly path: Facts;
}

/**
 * The workspace behind the API: what is served, and methods to change it as other clients would. Resources
 * have the names of the mirror's tables; any other name throws.
 */
export interface World {
  /** Everything in the sandbox, by the names of the mirror's tables. */
  readonly resources: readonly string[];
  all(resource: string): Iterable<Served>;
  count(resource: string): number;
  /** By id; followers by `<issue>:<type>:<id>`, statuses by slug, translations by `<article>:<language>`. */
  get(resource: string, id: string): Fields | undefined;
  /** Serves any object exactly as given from now on; returns its key. */
  put(resource: string, object: Fields, path?: Facts): string;
  /**
   * Creates an object as Pylon does: with a new id, an issue with a number, and with the present time in the
   * time fields of its kind.
   */
  create(resource: string, fields: Fields, path?: Facts): Fields;
  /**
   * Changes fields. Sets `updated_at`, if there is one, to Pylon's clock, unless the change is silent. Throws
   * for an unknown id.
   */
  patch(resource: string, id: string, fields: Fields, options?: { readonly silent?: boolean }): Fields;
  remove(resource: string, id: string): void;
  mergeAccounts(into: string, ids: readonly string[]): void;
  /** Merges a record into another one, which is answered from then on to requests for the first. */
  succeed(resource: string, id: string, by: string): void;
  /** Adds a message of a customer; of the issue, sets `latest_message_time` only. */
  addMessage(issueId: string, fields?: Fields): Fields;
  /** Empties a message, without any trace of the change. */
  redactMessage(messageId: string): void;
}

export function worldOf(state: State, resources: readonly string[]): World {
  const { show } = state;
  const served = (row: Row): Served => ({ object: show(row), path: row.path });
  function* servedRows(rows: Table): Generator<Served> {
    for (const row of rows.newest()) yield served(row);
  }
  const { table } = state;
  const need = (resource: string, id: string): Row => {
    const row = table(resource).get(id);
    if (row === undefined) throw new RangeError(`the sandbox holds no ${resource} ${id}`);
    return row;
  };
  return {
    resources,
    all: (resource) => servedRows(table(resource)),
    count: (resource) => table(resource).size(),
    get: (resource, id) => {
      const row = table(resource).get(id);
      return row === undefined ? undefined : show(row);
    },
    put: (resource, object, path = {}) => state.store(resource, object, { path, raw: true }).key,
    create: (resource, fields, path = {}) => {
      const like = table(resource);
      const id = state.newId(resource);
      const number = resource === 'issues' ? { number: state.newNumber() } : {};
      const object = { id, ...number, ...bornNow(state, like), ...fields };
      return show(state.store(resource, object, { path }));
    },
    patch: (resource, id, fields, { silent = false } = {}) => {
      const row = need(resource, id);
      const moved = 'updated_at' in row.object && !silent ? { updated_at: instant(state.now()) } : {};
      const object = { ...row.object, ...moved, ...fields };
      return show(state.store(resource, object, { path: row.path, raw: row.raw }));
    },
    remove: (resource, id) => table(resource).delete(need(resource, id).key),
    mergeAccounts: (into, ids) => {
      mergeAccounts(
        state,
        need('accounts', into),
        ids.map((id) => need('accounts', id)),
      );
    },
    succeed: (resource, id, by) => {
      table(resource).delete(need(resource, id).key);
      state.successors.set(`${resource} ${id}`, need(resource, by).key);
    },
    addMessage: (issueId, fields = {}) => {
      const issue = need('issues', issueId);
      const timestamp = instant(state.now());
      const object = {
        id: state.newId('issue_messages'),
        message_html: '<p>One more thing.</p>',
        timestamp,
        source: 'email',
        is_private: false,
        thread_id: null,
        author: { name: 'A customer', avatar_url: '', contact: issue.object.requester },
        file_urls: [],
        ...fields,
      };
      state.store('issue_messages', object, { path: { issue_id: issueId } });
      state.store('issues', { ...issue.object, latest_message_time: object.timestamp }, { raw: issue.raw });
      return object;
    },
    redactMessage: (messageId) => {
      const row = need('issue_messages', messageId);
      const object = { ...row.object, message_html: '', file_urls: [] };
      state.store('issue_messages', object, { path: row.path, raw: row.raw });
    },
  };
}

/** The time fields that new objects of a table have. */
function bornNow(state: State, table: Table): Fields {
  const [like] = table.newest();
  const times = ['created_at', 'updated_at'].filter((field) => like !== undefined && field in like.object);
  return Object.fromEntries(times.map((field) => [field, instant(state.now())]));
}
