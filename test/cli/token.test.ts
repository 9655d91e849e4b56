import { describe, expect, test as plainTest } from 'vitest';
import { watchToken } from '../../src/cli/runtime/token.ts';
import { TransientError } from '../../src/errors.ts';
import { PylonError } from '../../src/pylon/errors.ts';
import type { Pylon } from '../../src/pylon/types.ts';
import { test } from '../helpers/command-environment.ts';
import { newGate } from '../helpers/gate.ts';

describe('a token', () => {
  /** A client whose requests Pylon answers with 401, and `GET /me` as given. */
  const refusing = (me: () => Promise<never>) =>
    ({
      request: async ({ route }) => {
        if (route === '/me') return me();
        throw new PylonError({ endpoint: `GET ${route}`, status: 401, errors: [] } as never);
      },
    }) as Partial<Pylon> as Pylon;

  plainTest('is not refused by the 401 of one request while `GET /me` gets no answer', async () => {
    const refusals: Error[] = [];
    const client = watchToken(
      refusing(async () => {
        throw new TransientError('GET /me: gave up after 7 attempts: 503');
      }),
      { worked: true },
      (error) => refusals.push(error),
    );
    await expect(client.request({ method: 'GET', route: '/teams' })).rejects.toThrow(TransientError);
    expect(refusals).toEqual([]);
  });

  test('that is refused while a create is under way does not have it made twice', async ({
    env,
    sandbox,
    database,
    startBrisk,
  }) => {
    const daemon = startBrisk(['start'], {
      ...env,
      PYLON_SYNC_RESOURCES: 'users,teams,tags',
      PYLON_SYNC_ALLOW: 'update,create',
      PYLON_SYNC_LIST_SCHEDULE: '* * * * * *',
    });
    await daemon.until('"pass":"backfill"');
    const { opened: until, open } = newGate();
    const teams = () => [...sandbox.world.all('teams')].filter(({ object }) => object.name === 'Made here');
    const edits = async () => (await database.pool.query('SELECT state, sent FROM pylon_sync.edits')).rows;
    sandbox.faults.add({ endpoint: 'POST /teams', kind: 'slow', until });
    await database.pool.query("INSERT INTO pylon.teams (name) VALUES ('Made here')");
    await expect
      .poll(() => sandbox.requests.filter(({ endpoint }) => endpoint === 'POST /teams').length)
      .toBe(1);
    // An admin replaces the token before Pylon has answered.
    sandbox.faults.add({ endpoint: '*', kind: '401', times: 1_000_000 });
    await daemon.until('Pylon refuses the token');
    open();
    expect(await edits()).toMatchObject([{ state: 'sending', sent: expect.anything() }]);
    sandbox.faults.clear();
    await daemon.until('Pylon takes the token again');
    await expect.poll(edits).toMatchObject([{ state: 'applied' }]);
    expect(teams()).toHaveLength(1);
  });
});
