import { describe, expect } from 'vitest';
import { PATIENCE } from '../../src/http/operations.ts';
import { openProxy } from '../helpers/proxy.ts';
import { NOWHERE, TOKEN, test } from './serving.ts';

const HOLDER = { command: 'pylon-sync start', host: 'db-1', pid: 7, space: 'pid:[1]' };

describe('readiness', () => {
  test('is given with the database, the lease and the first pass: 200', async ({ port }) => {
    const answer = await (await port.open()).get('/readyz');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      ready: true,
      role: 'active',
      conditions: { database: true, lease: true, first_pass: true },
    });
  });

  test('waits for the first pass: 503', async ({ port }) => {
    const opened = await port.open();
    opened.activity.complete = false;
    const answer = await opened.get('/readyz');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      ready: false,
      conditions: { database: true, lease: true, first_pass: false },
    });
  });

  test('of a standby says so, and who holds the lease: 503', async ({ port }) => {
    const opened = await port.open();
    Object.assign(opened.activity, { role: 'standby', holder: HOLDER });
    const answer = await opened.get('/readyz');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      ready: false,
      role: 'standby',
      holder: { command: 'pylon-sync start', host: 'db-1', pid: 7 },
      conditions: { database: true, lease: false, first_pass: true },
    });
  });

  test.for(['starting', 'stopping'] as const)('of a process that is %s: 503', async (role, { port }) => {
    const opened = await port.open();
    opened.activity.role = role;
    const answer = await opened.get('/readyz');
    expect([answer.status, await answer.json()]).toMatchObject([503, { role, conditions: { lease: false } }]);
  });

  test.for<['standby' | 'active' | 'starting' | 'stopping', number]>([
    ['standby', 200],
    ['active', 200],
    ['starting', 503],
    ['stopping', 503],
  ])('of a process that may stand by: %s, %i, read or not', async ([role, status], { port }) => {
    const opened = await port.open();
    Object.assign(opened.activity, { role, complete: false });
    const answer = await opened.get('/readyz?standby=ok');
    expect([answer.status, await answer.json()]).toMatchObject([status, { ready: status === 200, role }]);
  });

  test('of a process that may stand by needs the database all the same, and one answer to the question', async ({
    port,
  }) => {
    const opened = await port.open({ watch: () => undefined });
    opened.activity.role = 'standby';
    expect((await opened.get('/readyz?standby=ok')).status).toBe(503);
    const wrong = await opened.get('/readyz?standby=yes');
    expect([wrong.status, await wrong.json()]).toEqual([400, { error: 'standby takes ok' }]);
  });

  test('needs a database that is known: 503', async ({ port }) => {
    const answer = await (await port.open({ watch: () => undefined })).get('/readyz');
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { conditions: { database: false }, trouble: 'no database has been reached yet' },
    ]);
  });

  test('needs one that is there, and says why it is not: 503', async ({ port }) => {
    const watch = port.watch(NOWHERE);
    const answer = await (await port.open({ watch: () => watch })).get('/readyz');
    const text = await answer.text();
    expect(answer.status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({
      conditions: { database: false },
      trouble: 'the database cannot be read: connect ECONNREFUSED 127.0.0.1:1',
    });
    expect(text).not.toContain('XYZ123');
  });

  test('waits no more than a moment for one that does not answer: 503', async ({ port, database }) => {
    const proxy = await openProxy(database.url);
    try {
      const watch = port.watch(proxy.url);
      const opened = await port.open({ watch: () => watch, patience: { ...PATIENCE, rows: 300 } });
      await expect.poll(async () => (await opened.get('/readyz')).status).toBe(200);
      proxy.freeze();
      // Nothing thaws it: whatever answers has not waited for the database.
      const answers = await Promise.all([opened.get('/readyz'), opened.get('/readyz')]);
      expect(answers.map(({ status }) => status)).toEqual([503, 503]);
      expect(await answers[0]?.json()).toMatchObject({ trouble: 'the database: no answer within 300 ms' });
      expect((await opened.get('/healthz')).status).toBe(200);
    } finally {
      await proxy.close();
    }
  });

  test('tells what the process waits for, without its secrets', async ({ port }) => {
    const opened = await port.open();
    opened.activity.trouble = `Pylon refuses ${TOKEN}`;
    expect(await (await opened.get('/readyz')).json()).toMatchObject({ trouble: 'Pylon refuses ***' });
  });
});
