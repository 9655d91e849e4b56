import { defineConfig, type TestUserConfig } from 'vitest/config';
import { LongFirst } from './test/setup/sequencer.ts';
import { optimisingAfter } from './test/setup/v8.ts';

/** What needs neither a database nor a process: seconds. */
const UNIT = [
  // Documents hold queries, which are run.
  'test/!(documents).test.ts',
  'test/{edits,network,resources}/**/*.test.ts',
  // But for a process that ends by itself, and a hundred thousand issues.
  'test/pylon/!(exit).test.ts',
  'test/sandbox/!(large).test.ts',
  'test/cli/{ending,env-file,lines,patience,progress,screen,statements,answers,status-text,steps,summary,alert-receiver,called}.test.ts',
  'test/http/{health,hints,recent,webhook,cool-down,hosts}.test.ts',
  'test/sync/{alert-timing,gathering,paced,plan,schedule,settled,timetable,trail,trouble,windows}.test.ts',
];

/**
 * What needs a database, and no Pylon: tens of seconds. What makes, mends, upgrades or replicates the schema of a whole
 * database (`db/schema`), or is about tables of thousands of rows (`db/large`), runs with the daemon's.
 */
const DB = [
  'test/documents.test.ts',
  'test/db/{*,!(schema|large)/**/*}.test.ts',
  'test/{helpers,http}/**/*.test.ts',
];

const SERVER = 'test/setup/server.ts';

/** Of every project. */
export const COMMON: TestUserConfig = {
  pool: 'forks',
  // A worker loads the product once for all of its files: what a test changes in the process it puts back.
  isolate: false,
  // Three workers share two processors: what V8 does beside a worker takes them from another one. A young generation that holds
  // what a test makes is copied less often.
  execArgv: [
    ...['--single-threaded-gc', '--min-semi-space-size=16', '--max-semi-space-size=64'],
    optimisingAfter(15),
  ],
  // What a file is transformed to is kept in node_modules, by its content: a later run does not do it again.
  experimental: { fsModuleCache: true },
  // A machine may be busy with other things: slow is no failure.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 60_000 } },
};

export default defineConfig({
  test: {
    // Tests wait for processes and times: on two processors, a third worker fills what two leave idle. Here alone: a project's
    // own would win over `--maxWorkers`.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    projects: [
      { test: { ...COMMON, name: 'unit', include: UNIT } },
      { test: { ...COMMON, name: 'db', include: DB, exclude: UNIT, globalSetup: [SERVER] } },
      {
        test: {
          ...COMMON,
          // Everything else: passes against a sandbox, commands, processes, servers, whole schemas, large tables, kills.
          name: 'daemon',
          include: ['test/**/*.test.ts'],
          exclude: [...UNIT, ...DB],
          globalSetup: [SERVER, 'test/setup/program.ts'],
        },
      },
    ],
  },
});
