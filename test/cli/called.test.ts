import { expect, test } from 'vitest';
import { commandName, withCommands } from '../../src/cli/process/called.ts';

test.each([
  [{ npm_command: 'exec' }, '/app/node_modules/.bin/pylon-sync', 'npx pylon-sync'],
  [{ npm_command: 'run', npm_lifecycle_event: 'start' }, '/src/dist/main.js', 'npm run -s pylon-sync --'],
  [{ npm_command: 'run', npm_lifecycle_event: 'x' }, '/app/node_modules/.bin/pylon-sync', 'npx pylon-sync'],
  [{ npm_command: 'run', npm_lifecycle_event: 'x' }, '/usr/local/bin/pylon-sync', 'pylon-sync'],
  [{}, '/usr/local/bin/pylon-sync', 'pylon-sync'],
  [{}, '/opt/pylon-sync/dist/main.js', 'node /opt/pylon-sync/dist/main.js'],
  [{}, '/opt/my mirror/dist/main.js', "node '/opt/my mirror/dist/main.js'"],
  [{}, undefined, 'pylon-sync'],
])('started with %j as %s, another command is run as %s …', (env, program, expected) => {
  expect(commandName({ env, program })).toBe(expected);
});

test('a text names commands as they are run, and nothing else', () => {
  const called = { env: { npm_command: 'exec' } };
  expect(withCommands('run `pylon-sync migrate`, or pylon-sync sql "SELECT 1"', called)).toBe(
    'run `npx pylon-sync migrate`, or npx pylon-sync sql "SELECT 1"',
  );
  for (const other of [
    'this database is in use by `pylon-sync start` (process 7 on db-1)',
    '/opt/pylon-sync/dist',
    'npx pylon-sync-other start',
    'pylon-sync keeps a database',
  ])
    expect(withCommands(other, called)).toBe(other);
});
