import { expect } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import { pusherOn, statesIn } from '../helpers/edits.ts';
import { countingRoundTrips } from '../helpers/round-trips.ts';
import { test } from '../helpers/session.ts';
import { shrinkWorkspace } from '../helpers/shrink-workspace.ts';

test.for([
  ['accounts', 'name'],
  ['issues', 'title'],
] as const)(
  'an edit of %s takes three transactions: a look at the queue, the claim, and the outcome',
  async ([name, column], { mirror, database }) => {
    const resources = [name, 'custom_fields'].map(resourceNamed);
    const mirrored = await mirror({ issues: 3 }, { prepare: shrinkWorkspace, resources });
    const pusher = pusherOn(mirrored, { resources });
    await pusher.begin();
    await database.pool.query(
      `UPDATE pylon.${name} SET ${column} = 'Mine' WHERE id = (SELECT min(id) FROM pylon.${name})`,
    );
    const { asked } = await countingRoundTrips(async () => {
      expect(await pusher.take()).toMatchObject({ records: 1 });
      await pusher.idle();
    });
    expect(await statesIn(database)).toEqual(['applied']);
    expect(asked.transactions).toBe(3);
  },
);
