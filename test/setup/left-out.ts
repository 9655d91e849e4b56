import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PROGRAMS, pathOf } from './programs.ts';

const TESTS = fileURLToPath(new URL('../', import.meta.url));

/** Says at the beginning and at the end which tests do not run, and what they want for. */
export default function setup(): () => void {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).toSorted();
  const leftOut = Object.entries(PROGRAMS)
    .filter(([name]) => pathOf(name) === undefined)
    .flatMap(([name, { install }]) =>
      files
        .filter((file) => file.endsWith(`.${name}.ts`))
        .map((file) => `Left out: test/${file}: this machine has no ${name} (${install})\n`),
    );
  const tell = () => {
    for (const line of leftOut) process.stderr.write(line);
  };
  tell();
  return tell;
}
