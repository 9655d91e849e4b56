import { expect } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import { newNotices } from '../../src/sync/lib/notices.ts';
import { runEditPusher } from '../../src/sync/push/run-edit-pusher.ts';
import { pushOptions, statesIn } from '../helpers/edits.ts';
import { test } from '../helpers/session.ts';
import { shrinkWorkspace } from '../helpers/shrink-workspace.ts';

const NEVER_MS = 86_400_000;

test.for([
  ['told of it', true, NEVER_MS],
  ['looking for it, where nothing tells of it', false, 10],
] as const)(
  'an edit is carried as soon as it is committed, by being %s',
  async (row, { mirror, database }) => {
    const [, isTold, lookMs] = row;
    const stop = new AbortController();
    const resources = ['issues', 'custom_fields'].map(resourceNamed);
    const { session, sandbox } = await mirror(
      { issues: 3 },
      { prepare: shrinkWorkspace, resources, signal: stop.signal },
    );
    const id = String([...sandbox.world.all('issues')][0]?.object.id);
    const there = () => sandbox.world.get('issues', id)?.title;
    const failed: unknown[] = [];
    const report = { failed: (_: string, error: unknown) => failed.push(error), recovered: () => {} };
    const listenUrl = isTold ? database.url : undefined;
    const notices = newNotices(session.ctx, { listenUrl, deafMs: lookMs, hearingMs: lookMs });
    const carrying = runEditPusher(session.ctx, pushOptions({ resources }), notices, report);
    try {
      // Each alone, so that none is carried with the look that comes at the beginning.
      for (const title of ['One', 'Two', 'Three']) {
        await database.pool.query('UPDATE pylon.issues SET title = $1 WHERE id = $2', [title, id]);
        await expect.poll(there).toBe(title);
        await expect.poll(() => statesIn(database)).not.toContain('sending');
      }
    } finally {
      stop.abort(new Error('over'));
      await carrying;
      await notices.close();
    }
    expect(await statesIn(database)).toEqual(['applied', 'applied', 'applied']);
    expect(failed).toEqual([]);
  },
);
