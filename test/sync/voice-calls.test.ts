import { expect } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import { newFollowUpQueue } from '../../src/sync/runs/follow-up-queue.ts';
import { newSyncChildren } from '../../src/sync/runs/sync-children.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import { test } from '../helpers/session.ts';

const resources = ['issues', 'voice_calls'].map(resourceNamed);
const voiceCalls = resourceNamed('voice_calls');

test('calls are asked for of phone issues alone, and one without a transcript again at its times, until it has one', async ({
  mirror,
  database,
}) => {
  const { sandbox, session } = await mirror({ issues: 60 }, { resources, isRead: false });
  await session.first();
  const asked = () =>
    sandbox.requests.filter(({ endpoint }) => endpoint === 'GET /issues/{id}/voice-calls').length;
  const byPhone = [...sandbox.world.all('issues')].filter(({ object }) => object.source === 'phone');
  expect(byPhone.length).toBeGreaterThan(3);
  expect(asked()).toBe(byPhone.length);
  await expectMirror(database.pool, sandbox, ['voice_calls']);

  const { ctx } = session;
  const queue = newFollowUpQueue(
    resources,
    newSyncChildren(ctx, { resources, windowDays: 30, overlapSeconds: 300 }),
  );
  /** Requests for calls, once so many seconds have passed. */
  const after = async (seconds: number) => {
    const interval = `interval '${seconds} seconds'`;
    await asDaemon(
      database.pool,
      `UPDATE pylon.voice_calls SET _synced_at = _synced_at - ${interval};
       UPDATE pylon_sync.reads SET read_at = read_at - ${interval}`,
    );
    const before = asked();
    await queue.noteDueAgain(ctx);
    await queue.drain(voiceCalls);
    return asked() - before;
  };
  const segments = async () =>
    (
      await database.pool.query('SELECT speaker FROM pylon_bi.voice_call_segments WHERE voice_call_id = $1', [
        id,
      ])
    ).rows;
  const [call] = [...sandbox.world.all('voice_calls')].filter(
    ({ object }) => (object.recordings as unknown[]).length === 0,
  );
  const id = `${call?.object.id}`;
  // What an earlier process left is looked for once.
  await after(0);
  expect(await after(290)).toBe(0);
  expect(await after(20)).toBe(1);
  expect(await after(10)).toBe(0);
  expect(await after(600)).toBe(1);
  expect(await after(2_700)).toBe(1);
  expect(await after(10_000)).toBe(0);
  expect(await after(1_000)).toBe(1);
  expect(await segments()).toEqual([]);
  const said = [{ speaker: 'Agent', text: 'Hello.' }];
  sandbox.world.patch('voice_calls', id, { recordings: [{ id: 'late', transcript_segments: said }] });
  expect(await after(72_000)).toBe(1);
  expect(await segments()).toEqual([{ speaker: 'Agent' }]);
  expect(await after(10 * 86_400)).toBe(0);
});
