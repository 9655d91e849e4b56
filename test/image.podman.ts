import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect } from 'vitest';
import { test } from './helpers/command-environment.ts';

const ROOT = join(import.meta.dirname, '..');
const execute = promisify(execFile);

/** On a machine with control groups of the first version, runc alone can limit memory. */
const RUNTIME = existsSync('/sys/fs/cgroup/cgroup.controllers')
  ? []
  : ['--runtime', 'runc', '--cgroup-manager', 'cgroupfs'];

const MEGABYTE = 1_048_576;

let store: string;
const podman = async (...words: readonly string[]) => {
  const places = ['--root', join(store, 'images'), '--runroot', join(store, 'run')];
  return (await execute('podman', [...places, ...RUNTIME, ...words])).stdout.trim();
};

beforeAll(async () => {
  store = await mkdtemp(join(tmpdir(), 'pylon-sync-image-'));
  const rootfs = process.env.IMAGE_ROOTFS === undefined ? [] : [process.env.IMAGE_ROOTFS];
  await execute(join(ROOT, 'scripts/image.sh'), [store, ...rootfs], { maxBuffer: 64 * MEGABYTE });
}, 600_000);

afterAll(async () => {
  await podman('rm', '--force', '--all', '--time', '0').catch(() => {});
  await rm(store, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a server without a port');
  return address.port;
}

test('the image runs as an ordinary user who can write nothing, is healthy, small, and ends when told to', async ({
  env,
}) => {
  const port = await freePort();
  const { PYLON_RATE_LIMITS: _, PYLON_SYNC_DATA_DIR: __, ...rest } = env;
  const variables = { ...rest, PYLON_SYNC_HTTP: `127.0.0.1:${port}` };
  // As docker-compose.yml runs it, in this machine's network.
  const name = await podman(
    ...['run', '--detach', '--network=host', '--read-only', '--tmpfs=/tmp', '--user=1000:1000'],
    ...['--cap-drop=all', '--security-opt=no-new-privileges', '--memory=256m'],
    // What a machine allows its containers may be more than this process may give.
    ...['--ulimit=nofile=4096:4096', '--ulimit=nproc=1024:1024'],
    ...Object.entries(variables).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    'localhost/pylon-sync',
  );
  const inside = (script: string) => podman('exec', name, 'sh', '-c', script);
  const ready = async () => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.status;
  await expect.poll(ready, { timeout: 110_000 }).toBe(200);

  const status = await inside('cat /proc/1/status');
  expect(status).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
  expect(status).toMatch(/^Cap(Prm|Eff|Bnd):\t0{16}$/m);
  expect(status).toMatch(/^CapEff:\t0{16}$/m);
  expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  for (const place of ['/app/x', '/app/dist/x', '/x', '/home/node/x'])
    await expect(inside(`touch ${place}`)).rejects.toThrow('Read-only file system');
  expect(await inside('ls /app')).toBe('LICENSE\ndist\nmigrations\npackage.json');

  await podman('healthcheck', 'run', name);
  const [, peak = ''] = /^VmHWM:\s+(\d+) kB$/m.exec(await inside('cat /proc/1/status')) ?? [];
  process.stderr.write(`Peak memory of the container's process: ${Math.round(Number(peak) / 1_024)} MB\n`);
  expect(Number(peak) / 1_024).toBeLessThan(200);

  const before = performance.now();
  await podman('stop', '--time', '30', name);
  process.stderr.write(`Ended ${Math.round(performance.now() - before)} ms after SIGTERM\n`);
  const ended = '{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}';
  expect(await podman('inspect', '--format', ended, name)).toBe('exited 0 false');
}, 300_000);
