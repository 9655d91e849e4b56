import { readRow } from '../../db/mirror/rows.ts';
import type { Pass } from '../pass/pass.ts';
import { type Contained, idsOfParent, idsOfWhole } from './listing.ts';

/** Tells whether a record is missing from a second listing as well, and how that was asked, for the evidence. */
export interface SecondLook {
  readonly path: string;
  of(id: string): Promise<{
    readonly isMissing: boolean;
    /** A place in the order of requests, taken before the listing was requested. */
    readonly asked: bigint;
  }>;
}

interface Listed extends Contained {
  readonly asked: bigint;
}

/** Whether a listing shows that it does not contain a record. */
const lacks = ({ ids, areAll }: Contained, id: string): boolean => areAll && !ids.has(id);

/** A second listing, read on first use; undefined where it would cost as much as the whole pass. */
export function secondLook(pass: Pass): SecondLook | undefined {
  const { pull, table } = pass.resource;
  const { db, lease } = pass.ctx;
  const listed = new Map<string, Promise<Listed>>();
  const once = (key: string, read: () => Promise<Contained>) => {
    const asked = lease.nextOrder();
    const listing = listed.get(key) ?? read().then((contained) => ({ asked, ...contained }));
    listed.set(key, listing);
    return listing;
  };
  if (pull.by === 'parent') {
    return {
      path: pull.path,
      async of(id) {
        const parent = (await readRow(db.orm, table, id))?.[pull.foreignKey];
        if (typeof parent !== 'string') return { isMissing: false, asked: lease.nextOrder() };
        const second = await once(parent, () => idsOfParent(pass, pull, parent));
        return { isMissing: lacks(second, id), asked: second.asked };
      },
    };
  }
  if (pull.by === 'types') {
    return {
      path: pull.path,
      async of(id) {
        const type = (await readRow(db.orm, table, id))?.[pull.column];
        if (typeof type !== 'string') return { isMissing: false, asked: lease.nextOrder() };
        const second = await once(type, () => idsOfWhole(pass, pull, type));
        return { isMissing: lacks(second, id), asked: second.asked };
      },
    };
  }
  if (pull.by !== 'list' && pull.by !== 'search') return undefined;
  return {
    path: pull.path,
    async of(id) {
      const second = await once('', () => idsOfWhole(pass, pull));
      return { isMissing: lacks(second, id), asked: second.asked };
    },
  };
}
