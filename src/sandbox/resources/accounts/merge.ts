import { instant } from '../../data/instants.ts';
import type { Fields, Row } from '../../data/rows.ts';
import type { State } from '../../data/state.ts';

/**
 * Merges accounts one after the other: issues, contacts, domains, channels and external ids go to the
 * survivor, tags and custom fields of the others are lost, and the others are gone. What moves keeps its
 * `updated_at`: Pylon documents nothing else.
 */
export function mergeAccounts(state: State, survivor: Row, losers: readonly Row[]): Row {
  let into = survivor;
  for (const loser of losers) {
    const both = (field: string) => [...listed(into.object[field]), ...listed(loser.object[field])];
    const domains = [...new Set(both('domains'))];
    const object: Fields = {
      ...into.object,
      domains,
      channels: both('channels'),
      external_ids: both('external_ids'),
      updated_at: instant(state.now()),
    };
    state.table('accounts').delete(loser.key);
    into = state.store('accounts', object, { raw: into.raw });
    for (const resource of ['issues', 'contacts'] as const) {
      for (const row of [...state.table(resource).newest()].filter((row) => accountOf(row) === loser.key)) {
        const account = { id: into.key, external_ids: object.external_ids };
        state.store(resource, { ...row.object, account }, { raw: row.raw });
      }
    }
  }
  return into;
}

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function accountOf({ object }: Row): unknown {
  return object.account !== null && typeof object.account === 'object'
    ? (object.account as Fields).id
    : undefined;
}
