import { describe, expect } from 'vitest';
import { openWatch } from '../../src/db/status/watch.ts';
import { issues } from '../../src/resources/issues.ts';
import { test } from '../helpers/leased-database.ts';
import { openProxy } from '../helpers/proxy.ts';

describe('an onlooker', () => {
  test('reads what the daemon has written', async ({ mirror, database }) => {
    await mirror.store(issues, [{ id: 'a' }]);
    const watch = openWatch(database.url, [issues]);
    await watch.ping();
    const rows = await watch.rows();
    expect([...rows]).toEqual([['issues', { rows: 1, isEstimate: false }]]);
    expect((await watch.status(rows)).resources).toMatchObject([{ resource: 'issues', rows: 1 }]);
    await watch.close();
  });

  test('says why it cannot, without the statement and the password', async () => {
    const watch = openWatch('postgres://pylon:passXYZ123@127.0.0.1:1/x', [issues]);
    for (const asked of [watch.ping(), watch.rows(), watch.status(new Map()), watch.history()])
      await expect(asked).rejects.toThrow(/^the database cannot be read: connect ECONNREFUSED 127.0.0.1:1$/);
    await watch.close();
  });

  test('closes although an answer never comes', async ({ database }) => {
    const proxy = await openProxy(database.url);
    try {
      const watch = openWatch(proxy.url, [issues]);
      await watch.ping();
      proxy.freeze();
      const asked = expect(watch.ping()).rejects.toThrow('the database cannot be read');
      await new Promise((resolve) => setTimeout(resolve, 50));
      const startedAt = performance.now();
      await watch.close();
      await asked;
      // It takes half a second; a query that is waited for gives up after thirty.
      expect(performance.now() - startedAt).toBeLessThan(15_000);
    } finally {
      await proxy.close();
    }
  });
});
