import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { run, start } from '../helpers/command.ts';
import { test } from '../helpers/command-environment.ts';
import { INSIDE, openConnectProxy } from '../helpers/connect-proxy.ts';
import { tlsFile } from '../helpers/tls.ts';

const LOGIN = 'user:proxy-password-XYZ';

test('a network whose only way out is a proxy that looks inside: check names it, and a backfill reads everything', async ({
  env,
  sandbox,
  database,
  folder,
}) => {
  const proxy = await openConnectProxy({ to: Number(new URL(sandbox.url).port), login: LOGIN });
  onTestFinished(() => proxy.close());
  const shown = proxy.url.replace(`${LOGIN}@`, '');
  const behind = { ...env, PYLON_API_URL: `https://${INSIDE}`, https_proxy: proxy.url };

  const untrusted = await run(['check'], behind);
  expect(untrusted).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^wrong {2}network: .*issued by pylon-sync test authority/m),
  });

  // From the file `.env`, which every Node reads too late for its own list.
  await writeFile(join(folder, '.env'), `NODE_EXTRA_CA_CERTS=${tlsFile('ca.crt')}\n`);
  const checked = await start(['check'], behind, folder).ended;
  expect([checked.status, checked.stderr]).toEqual([0, '']);
  expect(checked.stdout).toContain(`ok     network: https://${INSIDE} through the proxy ${shown}: `);
  expect(checked.stdout).toMatch(/TLSv1\.3, certificate issued by pylon-sync test authority\n/);

  const backfill = start(['backfill'], { ...behind, PYLON_SYNC_RESOURCES: 'issues,tags' }, folder);
  const { status, stdout, stderr } = await backfill.ended;
  expect(status, stderr).toBe(0);
  const { rows } = await database.pool.query('SELECT count(*)::int AS issues FROM pylon.issues');
  expect(rows).toEqual([{ issues: 24 }]);
  expect(new Set(proxy.asked)).toEqual(new Set([`${INSIDE}:443`]));
  for (const text of [untrusted.stderr, untrusted.stdout, checked.stdout, stdout, stderr])
    expect(text).not.toContain('proxy-password');
});

test('a SOCKS proxy is refused before anything is asked', async ({ env }) => {
  const { status, stderr } = await run(['backfill'], { ...env, HTTPS_PROXY: 'socks5://proxy:1080' });
  expect(status).toBe(2);
  expect(stderr).toMatch(/HTTPS_PROXY .*: takes the address of an HTTP proxy, .*SOCKS is not supported/);
});
