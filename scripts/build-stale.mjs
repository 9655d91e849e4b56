import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Builds the program where a source is newer than it, or where it is not there: `npm ci` has built it already. Stdout is
 * the command's that follows.
 */
const root = join(import.meta.dirname, '..');
const changedAt = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((name) =>
  join('src', name),
);
const newest = Math.max(...[...sources, 'rolldown.config.ts', 'package-lock.json'].map(changedAt));
if (newest > changedAt('dist/main.js')) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['inherit', 2, 2] });
  process.exitCode = status ?? 1;
}
