import { defineConfig } from 'vitest/config';
import { leftOutReporter } from './test/setup/left-out.ts';
import { PROGRAMS, pathOf } from './test/setup/programs.ts';
import { COMMON } from './vitest.config.ts';

const filesOf = (name: string) => `test/**/*.${name}.ts`;
const names = Object.keys(PROGRAMS);

/** What needs a program of the system. What this machine does not have leaves its tests out, and that is said. */
export default defineConfig({
  test: {
    ...COMMON,
    maxWorkers: 2,
    include: names.map(filesOf),
    exclude: names.filter((name) => pathOf(name) === undefined).map(filesOf),
    passWithNoTests: true,
    reporters: ['default', leftOutReporter],
    globalSetup: ['test/setup/server.ts', 'test/setup/program.ts'],
  },
});
