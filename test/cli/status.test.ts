import { describe, expect } from 'vitest';
import { resources } from '../../src/resources/index.ts';
import { run } from '../helpers/command.ts';
import { test } from '../helpers/command-environment.ts';
import { createDatabase } from '../helpers/database.ts';

/** `status` needs no token. */
const tokenless = ({ PYLON_API_TOKEN: _token, ...env }: Readonly<Record<string, string>>) => env;

describe('status', () => {
  test('of a mirror with nothing in it yet', async ({ env }) => {
    const { status, stdout } = await run(['status'], tokenless(env));
    expect(status).toBe(0);
    expect(stdout).toMatch(/^workspace {2}none yet\nin use by {2}nobody\n/);
    expect(stdout).toMatch(/^users +0 +never not begun/m);
  });

  test('tells rows, freshness, the last run and its error, at a glance and as JSON', async ({
    env,
    sandbox,
  }) => {
    sandbox.faults.add({ endpoint: 'GET /tags', kind: 'repeat-cursor', times: 3 });
    sandbox.faults.add({ endpoint: 'GET /macros', kind: '403' });
    await run(['backfill', '--resource', 'users', '--resource', 'tags', '--resource', 'macros'], env);
    const { stdout } = await run(['status'], tokenless(env));
    expect(stdout).toMatch(/^\d+ matters? for a person\n/);
    expect(stdout).toMatch(/^ {2}tags fails: GET \/tags: /m);
    expect(stdout).toMatch(/^workspace {2}\S.* \(.+\)$/m);
    expect(stdout).toMatch(/^users +\d+ +\d+s done +done \d+s ago/m);
    expect(stdout).toMatch(/^tags +\d+ +never unfinished +failed \d+s ago/m);
    expect(stdout).toMatch(/^macros +0 +never unavailable +unavailable \d+s ago/m);

    const asJson = await run(['status', '--json'], tokenless(env));
    const { workspace, resources: all, ...rest } = JSON.parse(asJson.stdout);
    expect(asJson.stderr).toBe('');
    expect(workspace).toMatchObject({ id: expect.any(String), name: expect.any(String) });
    expect(rest).toMatchObject({ as_of: expect.any(String), stopped_scans: [], plan: null });
    expect(all.map(({ resource }: { resource: string }) => resource)).toEqual(
      resources.map(({ name }) => name),
    );
  });

  test('of a database without the tables says what to do, exit status 1', async ({ env }) => {
    const empty = await createDatabase({ migrated: false });
    try {
      const { status, stderr } = await run(['status'], { ...env, DATABASE_URL: empty.url });
      expect([status, stderr]).toEqual([
        1,
        expect.stringMatching(/postgres:\/\/\S+ lacks \d+ migrations?: run `pylon-sync migrate`$/m),
      ]);
      const migrated = await run(['migrate'], { DATABASE_URL: empty.url });
      expect([migrated.status, migrated.stdout]).toEqual([
        0,
        expect.stringMatching(/: \d+ migrations? applied\n$/),
      ]);
      const again = await run(['migrate'], { DATABASE_URL: empty.url });
      expect([again.status, again.stdout]).toEqual([0, expect.stringMatching(/: nothing to do\n$/)]);
      await empty.pool.query(
        `UPDATE pylon_sync.settings SET value = value || '{"": "", "pylon_bi.issues": ""}' WHERE key = 'views'`,
      );
      const remade = await run(['migrate'], { DATABASE_URL: empty.url });
      expect([remade.status, remade.stdout]).toEqual([0, expect.stringMatching(/: 1 view made anew\n$/)]);
      expect((await run(['status'], { ...env, DATABASE_URL: empty.url })).status).toBe(0);
    } finally {
      await empty.drop();
    }
  });

  test('names a token that Pylon refuses, until it takes one', async ({ env }) => {
    const few = { ...env, PYLON_SYNC_RESOURCES: 'tags' };
    const status = async () => (await run(['status'], few)).stdout;
    expect((await run(['sync'], { ...few, PYLON_API_TOKEN: 'no-such-token' })).status).toBe(1);
    expect(await status()).toMatch(/Pylon refuses the token since \S+Z, so nothing is read: GET \/me: 401/);
    expect((await run(['sync'], few)).status).toBe(0);
    expect(await status()).not.toContain('refuses the token');
  });
});
