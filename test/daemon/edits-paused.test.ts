import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { NEVER, openWorkspace } from '../helpers/daemon.ts';
import { statesIn } from '../helpers/edits.ts';
import { writesTo } from '../helpers/sent.ts';

/** No promise: only the end of a test that cannot succeed any more. */
const TIMEOUT = { timeout: 180_000 };
const SOON = { timeout: 30_000, interval: 20 };

test(
  'a daemon that was paused between comparing and sending sends nothing that another has overtaken',
  TIMEOUT,
  async () => {
    const workspace = await openWorkspace({
      sandbox: { issues: 10 },
      env: {
        PYLON_SYNC_RESOURCES: 'issues,custom_fields',
        PYLON_SYNC_SCHEDULE: NEVER,
        PYLON_SYNC_LIST_SCHEDULE: NEVER,
        PYLON_SYNC_RECONCILE_SCHEDULE: NEVER,
      },
    });
    onTestFinished(() => workspace.close());
    const { database, sandbox, launch } = workspace;
    const id = String([...sandbox.world.all('issues')][0]?.object.id);
    const edit = (title: string) =>
      database.pool.query('UPDATE pylon.issues SET title = $2 WHERE id = $1', [id, title]);
    const titles = () => writesTo(sandbox).map(({ body }) => (body as { title?: unknown }).title);

    const paused = launch(['start']);
    await paused.until('"pass":"backfill"');
    sandbox.faults.add({ endpoint: 'GET /issues/{id}', kind: 'slow', delayMs: 1_500 });
    await edit('First');
    await expect
      .poll(() => sandbox.requests.some(({ endpoint }) => endpoint === 'GET /issues/{id}'), SOON)
      .toBe(true);
    paused.kill('SIGSTOP');
    const other = launch(['start']);
    // What the first may have sent cannot arrive any more before this one sends.
    await expect.poll(() => statesIn(database), { timeout: 90_000, interval: 50 }).toEqual(['applied']);
    await edit('Second');
    await expect.poll(() => statesIn(database), SOON).toEqual(['applied', 'applied']);
    expect(titles()).toEqual(['First', 'Second']);

    paused.kill('SIGCONT');
    await paused.until('lease lost');
    await sleep(500);
    expect(titles()).toEqual(['First', 'Second']);
    expect(sandbox.world.get('issues', id)).toMatchObject({ title: 'Second' });
    other.kill('SIGTERM');
    paused.kill('SIGTERM');
    expect((await other.ended).status).toBe(0);
    await paused.ended;
  },
);
