import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import config from '../drizzle.config.ts';

/** Fails when the tables in the code and the migrations have parted: generating would add a migration. */
const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(root, 'node_modules', '.check-schema-'));
try {
  const out = join(scratch, 'migrations');
  cpSync(join(root, 'migrations'), out, { recursive: true });
  const configFile = join(scratch, 'drizzle.json');
  writeFileSync(configFile, JSON.stringify({ ...config, out: relative(root, out) }));
  const output = execFileSync(
    join(root, 'node_modules', '.bin', 'drizzle-kit'),
    ['generate', `--config=${relative(root, configFile)}`, '--name=missing'],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  // drizzle-kit exits 0 even when it fails: only its own word that nothing is missing counts.
  if (!output.includes('No schema changes')) {
    process.stderr.write(
      `${output}\nThe tables in src have changed without a migration: npm run generate -- --name what_changed\n`,
    );
    process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
