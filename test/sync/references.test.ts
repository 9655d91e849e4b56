import { expect } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import { countingRoundTrips } from '../helpers/round-trips.ts';
import { test } from '../helpers/session.ts';

test('what is named and not there is asked for with the comparison, not with every list', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({}, { resources: ['tasks', 'milestones'].map(resourceNamed) });
  const { sandbox, session } = mirrored;
  const named = ({ object }: { readonly object: Record<string, unknown> }) =>
    (object.milestone as { readonly id: string } | null)?.id;
  const id = [...sandbox.world.all('tasks')].flatMap((task) => named(task) ?? [])[0] ?? '';
  const milestone = sandbox.world.get('milestones', id) ?? {};
  const asked = () => sandbox.requests.filter(({ path }) => path === `/milestones/${id}`).length;
  sandbox.world.remove('milestones', id);
  await session.lists();
  await expectMirror(database.pool, sandbox, ['milestones']);

  const before = asked();
  await session.lists();
  await session.lists();
  expect(asked()).toBe(before);
  await session.reconcile();
  expect(asked()).toBe(before + 1);

  sandbox.world.put('milestones', milestone);
  await session.reconcile();
  await expectMirror(database.pool, sandbox, ['milestones']);
  const again = asked();
  await session.lists();
  expect(asked()).toBe(again + 1);
});

test('objects that are fetched one by one are stored together', async ({ mirror, database }) => {
  const mirrored = await mirror(
    { latencyMs: 5 },
    { resources: ['tasks', 'milestones'].map(resourceNamed), isRead: false },
  );
  const { sandbox, session } = mirrored;
  const [first] = [...sandbox.world.all('tasks')].map(({ object }) => object);
  for (let made = 0; made < 36; made += 1) {
    sandbox.world.put('milestones', { id: `m${made}`, name: `Milestone ${made}` });
    sandbox.world.put('tasks', { ...first, id: `t${made}`, milestone: { id: `m${made}` } });
  }
  const { result, asked } = await countingRoundTrips(() => session.first());
  await expectMirror(database.pool, sandbox, ['tasks', 'milestones']);
  expect(result.get('milestones')?.requests).toBeGreaterThanOrEqual(36);
  expect(asked.transactions).toBeLessThan(36);
});
