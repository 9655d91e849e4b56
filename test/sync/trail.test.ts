import { describe, expect, test } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import { newFollowUpQueue } from '../../src/sync/runs/follow-up-queue.ts';

const issues = resourceNamed('issues');
const tasks = resourceNamed('tasks');
const all = [issues, resourceNamed('issue_messages'), tasks, resourceNamed('milestones')];

/** A trail, and what it read, in order. */
function trailing(fails: () => boolean = () => false) {
  const read: (readonly [child: string, ids: readonly string[]])[] = [];
  const trail = newFollowUpQueue(all, async (child, ids) => {
    if (fails()) throw new Error('database away');
    read.push([child.name, ids]);
    return [];
  });
  return { trail, read };
}

describe('what nobody waits for', () => {
  test('is noted for each resource that hangs on what changed, and read once', async () => {
    const { trail, read } = trailing();
    expect(trail.children.map(({ name }) => name)).toEqual(['issue_messages', 'milestones']);
    await trail.changed(issues, ['a', 'b'], ['b', 'c']);
    await trail.changed(issues, ['a']);
    for (const child of trail.children) expect(await trail.drain(child)).toBe(false);
    for (const child of trail.children) expect(await trail.drain(child)).toBe(false);
    expect(read).toEqual([['issue_messages', ['a', 'b', 'c']]]);
  });

  test('is read for what changed alone, where no mark tells what is due', async () => {
    const { trail, read } = trailing();
    await trail.changed(tasks, ['a'], ['b']);
    for (const child of trail.children) await trail.drain(child);
    expect(read).toEqual([['milestones', ['a']]]);
  });

  test('is looked for where nothing changed: an earlier process may have left some', async () => {
    const { trail, read } = trailing();
    await trail.changed(issues, []);
    for (const child of trail.children) await trail.drain(child);
    expect(read).toEqual([['issue_messages', []]]);
  });

  test('is read a round at a time, what was noted last before the rest', async () => {
    const { trail, read } = trailing();
    await trail.changed(
      issues,
      Array.from({ length: 100 }, (_, index) => `bulk-${index}`),
    );
    await trail.changed(issues, ['fresh']);
    const [child] = trail.children;
    while (child !== undefined && (await trail.drain(child)));
    expect(read.map(([, ids]) => ids.length)).toEqual([60, 41]);
    expect(read[0]?.[1]).toContain('fresh');
    expect(new Set(read.flatMap(([, ids]) => ids)).size).toBe(101);
  });

  test('rings the bell when it is queued, and not when it is put back after a failure', async () => {
    const { trail } = trailing(() => true);
    const [child = issues] = trail.children;
    const bell = trail.bell(child);
    // A bell that was rung ends the wait at once, without a timer.
    const rang = async () => {
      const stop = new AbortController();
      let ended = false;
      const waiting = bell.wait(3_600_000, stop.signal).then(() => {
        ended = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      const hasRung = ended;
      stop.abort();
      await waiting;
      return hasRung;
    };
    await trail.changed(issues, ['a']);
    expect(await rang()).toBe(true);
    await expect(trail.drain(child)).rejects.toThrow('database away');
    expect(await rang()).toBe(false);
    await trail.changed(tasks, ['a']);
    expect(await rang()).toBe(false);
    await trail.changed(issues, ['a']);
    expect(await rang()).toBe(true);
  });

  test('stays noted when it could not be read', async () => {
    let away = true;
    const { trail, read } = trailing(() => away);
    await trail.changed(issues, ['a']);
    const [child = issues] = trail.children;
    await expect(trail.drain(child)).rejects.toThrow('database away');
    away = false;
    await trail.drain(child);
    expect(read).toEqual([['issue_messages', ['a']]]);
  });
});
