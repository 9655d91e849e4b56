import { findNamed, markRead } from '../../db/reads.ts';
import { writing } from '../../db/transaction.ts';
import { unwrapObject } from '../../pylon/answer.ts';
import type { Pull } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import type { Pass } from '../pass.ts';
import { readEach } from './each.ts';

/** Objects that no listing holds: each id that another table names is asked for. */
export async function enumerateReferences(pass: Pass, pull: Pull & { by: 'reference' }): Promise<void> {
  const { db, lease } = pass.ctx;
  const { name } = pass.resource;
  const { table } = resourceNamed(pull.from.resource);
  const mark = pass.position.pass;
  await readEach(pass, {
    find: (limit, after, except) =>
      findNamed(db.orm, name, { table, column: pull.from.column, mark }, { limit, after, except }),
    read: async ({ id }) => {
      const answer = await pass.pylon.request({
        method: 'GET',
        route: pull.path,
        params: { id },
        signal: pass.signal,
      });
      pass.progress.pages += 1;
      await pass.keep(pass.batch([unwrapObject(answer)], {}, answer.order), (tx) =>
        markRead(tx, name, id, mark, 'read'),
      );
      pass.step('stored an object');
    },
    markGone: ({ id }) => writing(db, lease, (tx) => markRead(tx, name, id, mark, 'gone')),
    measure: async () => {},
  });
}
