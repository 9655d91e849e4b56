import { describe, expect } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import type { ByParent } from '../../src/sync/child-pages.ts';
import { resweepOf } from '../../src/sync/resweep.ts';
import { type Mirrored, test } from '../helpers/session.ts';

const resources = ['issues', 'issue_messages'].map(resourceNamed);

/** Ten issues with twenty messages each, which a test may take away. */
const crowded = [
  { issues: 10, latencyMs: 20 },
  {
    resources,
    prepare: ({ world }: Sandbox) => {
      for (const { object } of [...world.all('issue_messages')])
        world.remove('issue_messages', String(object.id));
      for (const { object } of [...world.all('issues')])
        for (let made = 0; made < 20; made += 1) world.addMessage(String(object.id));
    },
  },
] as const;

/** Reads all listings of messages again. */
async function resweep({ session }: Mirrored): Promise<void> {
  const messages = resourceNamed('issue_messages');
  await resweepOf(session.ctx, messages, messages.pull as ByParent, { share: 0.05 }).work();
}

const takeAway = ({ sandbox: { world } }: Mirrored): void => {
  for (const { object } of [...world.all('issue_messages')])
    world.remove('issue_messages', String(object.id));
};

describe('the guard of listings per parent', () => {
  test('counts what is read side by side', async ({ mirror, database }) => {
    const mirrored = await mirror(...crowded);
    mirrored.pass(60);
    await mirrored.session.pull();
    takeAway(mirrored);
    await resweep(mirrored);
    const { rows } = await database.pool.query(
      'SELECT count(*)::int AS gone FROM pylon.issue_messages WHERE _deleted_at IS NOT NULL',
    );
    expect(rows[0].gone).toBeGreaterThan(0);
    expect(rows[0].gone).toBeLessThanOrEqual(50);
    const scans = await database.pool.query("SELECT FROM pylon_sync.scans WHERE state = 'stopped'");
    expect(scans.rowCount).toBe(1);
  });
});
