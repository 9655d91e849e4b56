import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Reporter } from 'vitest/node';
import { PROGRAMS, pathOf } from './programs.ts';

const TESTS = fileURLToPath(new URL('../', import.meta.url));

/** A line for each file whose program this machine does not have. */
function leftOut(): readonly string[] {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).toSorted();
  return Object.entries(PROGRAMS)
    .filter(([name]) => pathOf(name) === undefined)
    .flatMap(([name, { install }]) =>
      files
        .filter((file) => file.endsWith(`.${name}.ts`))
        .map((file) => `Left out: test/${file}: this machine has no ${name} (${install})\n`),
    );
}

const tell = () => {
  for (const line of leftOut()) process.stderr.write(line);
};

/** Says at the beginning and at the end which tests do not run, and why; also where that leaves none. */
export const leftOutReporter: Reporter = { onInit: tell, onTestRunEnd: tell };
